import Brush from '@lucide/svelte/icons/brush';
import Layers from '@lucide/svelte/icons/layers';
import Waypoints from '@lucide/svelte/icons/waypoints';
import { route } from '../../client/route.svelte.ts';
import type { Icon } from '../../kit/icon.ts';

interface StageToolInfo {
  text: string;
  title: string;
  icon: Icon;
  /** Switches to the tool, and back to the maps. */
  key?: string;
}

/** What the two images on the stage are used for. */
const INFO = {
  maps: { text: 'Maps', title: 'Where the evidence is', icon: Layers },
  'what-if': { text: 'What if', title: 'Edit the images by hand and see what the network answers (I)', icon: Brush, key: 'I' },
  matches: { text: 'Matches', title: 'Which spots of the two images the network sees as alike (M)', icon: Waypoints, key: 'M' },
} as const satisfies Record<string, StageToolInfo>;

export type StageToolName = keyof typeof INFO;
export const STAGE_TOOLS = Object.keys(INFO) as StageToolName[];
export const stageToolInfo = (name: StageToolName): StageToolInfo => INFO[name];

/** The tool in use. It is part of the route, so a reload and the history keep it. */
class StageTool {
  readonly current = $derived<StageToolName>(STAGE_TOOLS.find((name) => name === route.params['tool']) ?? 'maps');

  choose(tool: StageToolName): void {
    route.set({ tool: tool === 'maps' ? null : tool });
  }

  /** Chooses the tool, or the maps if it is in use. */
  toggle(tool: StageToolName): void {
    this.choose(this.current === tool ? 'maps' : tool);
  }
}

export const stageTool = new StageTool();
