import { describe, expect, it } from 'vitest';
import { crumbs, joinPath } from '../../src/renderer/lib/paths.ts';

describe('paths of the machine that does the work', () => {
  it('joins with that machine’s separator', () => {
    expect(joinPath('/home/ada', 'photos')).toBe('/home/ada/photos');
    expect(joinPath('/', 'srv')).toBe('/srv');
    expect(joinPath('C:\\', 'photos')).toBe('C:\\photos');
    expect(joinPath('\\\\nas\\share', 'rose')).toBe('\\\\nas\\share\\rose');
    expect(joinPath('/odd', 'back\\slash')).toBe('/odd/back\\slash');
  });
  it('names the folders above', () => {
    expect(crumbs('/home/ada')).toEqual([
      { name: '/', folder: '/' },
      { name: 'home', folder: '/home' },
      { name: 'ada', folder: '/home/ada' },
    ]);
    expect(crumbs('/')).toEqual([{ name: '/', folder: '/' }]);
    expect(crumbs('C:\\Users\\ada').map(({ folder }) => folder)).toEqual(['C:\\', 'C:\\Users', 'C:\\Users\\ada']);
  });
});
