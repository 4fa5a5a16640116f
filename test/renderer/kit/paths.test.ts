import { describe, expect, it } from 'vitest';
import { contentsText, breadcrumbs, joinPath, withExtension } from '../../../src/renderer/kit/paths.ts';

describe('paths of the computer running Twinlens', () => {
  it('joins with that computer’s separator', () => {
    expect(joinPath('/home/ada', 'photos')).toBe('/home/ada/photos');
    expect(joinPath('/', 'srv')).toBe('/srv');
    expect(joinPath('C:\\', 'photos')).toBe('C:\\photos');
    expect(joinPath('\\\\nas\\share', 'rose')).toBe('\\\\nas\\share\\rose');
    expect(joinPath('/odd', 'back\\slash')).toBe('/odd/back\\slash');
  });
  it('lists the parent folders', () => {
    expect(breadcrumbs('/home/ada')).toEqual([
      { name: '/', folder: '/' },
      { name: 'home', folder: '/home' },
      { name: 'ada', folder: '/home/ada' },
    ]);
    expect(breadcrumbs('/')).toEqual([{ name: '/', folder: '/' }]);
    expect(breadcrumbs('C:\\Users\\ada').map(({ folder }) => folder)).toEqual(['C:\\', 'C:\\Users', 'C:\\Users\\ada']);
  });
  it('adds the required extension and refuses paths as names', () => {
    expect(withExtension('pairs', 'pdf')).toBe('pairs.pdf');
    expect(withExtension('Pairs.PDF', 'pdf')).toBe('Pairs.PDF');
    expect(withExtension('v1.2', 'html')).toBe('v1.2.html');
    for (const name of ['', 'a/b', 'a\\b']) expect(withExtension(name, 'pdf')).toBeNull();
  });
  it('counts the contents of a folder', () => {
    expect(contentsText({ folders: ['a'], images: 1 })).toBe('1 folder, 1 image directly inside');
    expect(contentsText({ folders: [], images: 1234 })).toBe('0 folders, 1,234 images directly inside');
  });
});
