import { expectShape, type Op } from './op.ts';

export interface ContrastiveAttrs {
  margin: number;
}

/** mean of (1 - y) D^2 + y max(0, m - D)^2: src/main/nn/losses/contrastive.ts. D [P], y [P] -> []. */
export const contrastive: Op<ContrastiveAttrs> = {
  shapes([distance, label]) {
    expectShape(label!, distance!, 'The labels');
    return [[]];
  },
  forward(e, [distance, label], { margin }) {
    const same = e.sub(e.scalar(1), label!);
    const missing = e.relu(e.sub(e.scalar(margin), distance!));
    const loss = e.add(e.mul(same, e.square(distance!)), e.mul(label!, e.square(missing)));
    return { outputs: [e.mean(loss, [0], false)], saved: { same, missing } };
  },
  gradient(e, { inputs: [distance, label], saved, gradient }) {
    const slope = e.sub(e.mul(saved.same!, distance!), e.mul(label!, saved.missing!)); // half of dl/dD
    return [e.mul(e.scale(slope, 2 / distance!.shape[0]!), gradient), null];
  },
};
