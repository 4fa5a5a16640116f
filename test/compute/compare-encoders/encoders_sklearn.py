"""Writes encoders_sklearn.json: figures of encoders by numpy and scikit-learn 1.9, for judge-features.test.ts.

python3 encoders_sklearn.py > encoders_sklearn.json

Features are integers modulo 1000, so both sides have the same numbers. Images 0..23 are training images, 24..39 validation images.
"""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import NearestNeighbors

CHANNELS, TRAIN, ALL, CLASSES = 128, 24, 40, 4
PENALTY, BIAS, SHARPNESS = 1e-3, 0.1, 2.0  # nn/probe.ts, nn/head.ts
SIGNAL = 0.2

i, k = np.arange(ALL)[:, None], np.arange(CHANNELS)[None, :]
label = np.arange(ALL) % CLASSES
rows = ((i * 7919 + k * 104729 + i * k * 31) % 1000) / 1000 + SIGNAL * (k % CLASSES == label[:, None])
train, valid = rows[:TRAIN], rows[TRAIN:]

mean = train.mean(0)
scale = 1 / np.sqrt(((train - mean) ** 2).sum() / TRAIN)


def design(x):
    return np.hstack([(x - mean) * scale, np.full((len(x), 1), np.sqrt(BIAS))])


probe = LogisticRegression(C=1 / (TRAIN * PENALTY), fit_intercept=False, tol=1e-12, max_iter=100_000).fit(design(train), label[:TRAIN])
logits = SHARPNESS * design(valid) @ probe.coef_.T
q = np.exp(logits - logits.max(1, keepdims=True))
q /= q.sum(1, keepdims=True)
u = (valid - mean) / np.linalg.norm(valid - mean, axis=1, keepdims=True)
embedding = np.hstack([q, np.sqrt(1 + 1e-6 - (q**2).sum(1, keepdims=True)) * u])

a, b = np.triu_indices(ALL - TRAIN, 1)
different = (label[TRAIN + a] != label[TRAIN + b]).astype(int)


def figures(distances, x, metric):
    fpr, tpr, _ = roc_curve(different, distances, drop_intermediate=False)
    excess = fpr + tpr - 1
    at = np.argmax(excess >= 0)
    share = -excess[at - 1] / (excess[at] - excess[at - 1])
    nearest = NearestNeighbors(n_neighbors=2, metric=metric, algorithm="brute").fit(x).kneighbors(x)[1][:, 1]
    return {
        "distances": [round(float(d), 6) for d in distances[:10]],
        "auc": float(roc_auc_score(different, distances)),
        "eer": float(fpr[at - 1] + share * (fpr[at] - fpr[at - 1])),
        "recall1": float((label[TRAIN + nearest] == label[TRAIN:]).mean()),
    }


unit = valid / np.linalg.norm(valid, axis=1, keepdims=True)
print(
    json.dumps(
        {
            "channels": CHANNELS,
            "train": TRAIN,
            "images": ALL,
            "classes": CLASSES,
            "signal": SIGNAL,
            "plain": figures(1 - (unit[a] * unit[b]).sum(1), valid, "cosine"),
            "probe": figures(np.linalg.norm(embedding[a] - embedding[b], axis=1), embedding, "euclidean"),
        },
        indent=1,
    )
)
