"""A factorisation machine learned by hand-written updates of the rows that a
batch touches, with Adagrad, on one core. Arguments: torch or numpy, the folder
of the log, rows, rows to learn from, slots, ids, dimension, batch. Prints rows
learned per second, and the AUC on the others."""
import sys
import time

import numpy as np

library, folder = sys.argv[1:3]
n, learned, slots, ids, dim, batch = map(int, sys.argv[3:])
rate, eps = 0.1, 1e-6
index = np.fromfile(f"{folder}/fm.index", dtype=np.int32).reshape(n, slots).astype(np.int64)
start = np.fromfile(f"{folder}/fm.start", dtype=np.float32).reshape(ids, dim)
label = np.fromfile(f"{folder}/fm.label", dtype=np.uint8).astype(np.float32)

if library == "torch":
    import torch

    torch.set_num_threads(1)
    index, y = torch.from_numpy(index), torch.from_numpy(label)
    new, sigmoid = torch.zeros, torch.sigmoid
    vectors = torch.from_numpy(start)

    def add(to, rows, x):
        to.index_add_(0, rows, x)

else:
    y = label
    vectors = start
    add = np.add.at

    def new(*shape):
        return np.zeros(shape, dtype=np.float32)

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))


vectors_sq, weights, weights_sq = new(ids, dim), new(ids), new(ids)
bias = bias_sq = 0.0


def logits(rows):
    v = vectors[rows.reshape(-1)].reshape(-1, slots, dim)
    s = v.sum(1)
    pairs = ((s * s).sum(1) - (v * v).sum(1).sum(1)) / 2
    return v, s, bias + weights[rows.reshape(-1)].reshape(-1, slots).sum(1) + pairs


def step(values, squares, rows, g):
    add(squares, rows, g * g)
    add(values, rows, g * (-rate) / (squares[rows] ** 0.5 + eps))


began = time.perf_counter()
for i in range(0, learned, batch):
    rows = index[i : min(i + batch, learned)]
    flat = rows.reshape(-1)
    v, s, logit = logits(rows)
    g = sigmoid(logit) - y[i : i + len(rows)]
    step(vectors, vectors_sq, flat, (g[:, None, None] * (s[:, None] - v)).reshape(-1, dim))
    step(weights, weights_sq, flat, (g[:, None] + new(1, slots)).reshape(-1))
    bias_sq += float((g * g).sum())
    bias -= rate * float(g.sum()) / (bias_sq**0.5 + eps)
took = time.perf_counter() - began

score = np.asarray(logits(index[learned:])[2])
positive = label[learned:] > 0
rank = np.empty(len(score))
rank[np.argsort(score, kind="stable")] = np.arange(len(score))
p = int(positive.sum())
print(learned / took, (rank[positive].sum() - p * (p - 1) / 2) / (p * (len(score) - p)))
