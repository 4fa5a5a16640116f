import { compare } from './compare.svelte.ts';
import type { CompareAction } from './keys.ts';
import { flipView } from './flip/flip-view.svelte.ts';
import { overlay } from './overlay-settings.svelte.ts';
import { pairRepair } from './pair-repair.svelte.ts';
import { queue } from './queue.svelte.ts';
import { stageTool } from './stage-tool.svelte.ts';
import { viewport } from './viewport.svelte.ts';

/** Does what a key of the compare view asks for. */
export function perform(action: CompareAction): void {
  switch (action.do) {
    case 'view':
      overlay.view = action.view;
      flipView.hide();
      break;
    case 'judge':
      pairRepair.askForLabel(action.judgement);
      void compare.judge(action.judgement).then(() => queue.refreshJudged());
      break;
    case 'swap':
      compare.swap();
      break;
    case 'save':
      void compare.save();
      break;
    case 'next':
    case 'previous':
      queue.move(action.do === 'next' ? 1 : -1);
      break;
    case 'zoom-in':
    case 'zoom-out':
      viewport.step(action.do === 'zoom-in' ? 1 : -1);
      break;
    case 'fit':
      viewport.fit();
      break;
    case 'actual-size':
      viewport.toggleActualSize();
      break;
    case 'peek':
      overlay.peek = true;
      break;
    case 'scale': {
      const row = compare.main.current?.row;
      if (row) overlay.chooseScale(overlay.scaleFor(row) === 'run' ? 'pair' : 'run', row);
      break;
    }
    case 'cells':
      overlay.cells = !overlay.cells;
      break;
    case 'what-if':
    case 'matches':
      stageTool.toggle(action.do);
      break;
    case 'labels':
      overlay.labels = !overlay.labels;
      break;
    case 'exclude':
    case 'relabel':
    case 'tag':
      pairRepair.start(action.do);
      break;
    case 'undo':
    case 'redo':
      void pairRepair.curator?.[action.do]();
      break;
    default:
      action satisfies never;
  }
}
