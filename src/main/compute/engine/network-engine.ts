import { ENCODED } from '../../nn/backbones/builder.ts';
import type { Engine, Executable } from '../../nn/engines/engine.ts';
import type { ModelRef } from '../protocol/protocol.ts';
import { useEncoder } from './imported-sessions.ts';
import { openEngine } from './engine-choice.ts';

/** An engine for the programs of one network: they are run on images, also where an imported encoder comes before the program. */
export interface NetworkEngine extends Engine {
  readonly runsNetwork: true;
}

/** An engine for networks without an imported encoder. */
export const withoutEncoder = (engine: Engine): NetworkEngine => ({ ...engine, runsNetwork: true });

/**
 * Opens the engine and device of a run for its network. A program of an imported encoder's network gets the encoder's maps of the images
 * that it is run on. Throws as openEngine; running such a program throws as useEncoder.
 */
export async function openNetworkEngine({ config, encoderFolder }: Pick<ModelRef, 'config' | 'encoderFolder'>): Promise<NetworkEngine> {
  const engine = withoutEncoder(await openEngine(config.engine, config.device));
  const { encoder, size, device } = config;
  if (!encoder) return engine;
  const encode = (images: Float32Array): Promise<Float32Array> =>
    useEncoder({ encoder, folder: encoderFolder!, device }, (session) => session.run(images, size));
  return {
    ...engine,
    compile: async (task, params) => {
      const executable = await engine.compile(task, params);
      return task.program.inputs.has(ENCODED) ? afterEncoder(executable, encode) : executable;
    },
  };
}

/** `encode`: images [N, 3, S, S] -> maps [N, C, h, w]. */
const afterEncoder = (executable: Executable, encode: (images: Float32Array) => Promise<Float32Array>): Executable => ({
  run: async (inputs) => executable.run({ ...inputs, [ENCODED]: await encode(inputs['images']!) }),
  dispose: () => executable.dispose(),
});
