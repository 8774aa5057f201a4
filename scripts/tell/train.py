"""Trains the small model of the explorer's panel Tell. README.md, beside this file, says how to run it."""

import collections
import json
import math
import re
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from stories import stories

SEED = 11
DIM, HIDDEN, LAYERS, HEADS, KV_HEADS = 64, 128, 3, 4, 2
HEAD_DIM = DIM // HEADS
CONTEXT, VOCABULARY, THETA, EPSILON = 256, 384, 10_000, 1e-5
UNKNOWN, BEGIN, END = range(3)
BATCH, RATE = 8, 4e-3


# ---- Tokens: byte pair encoding over characters, within words that begin with their blank. ----


def words(text):
    """Llama puts a blank before a text, so that its first word is as any other."""
    return re.findall(r" ?[A-Za-z]+| ?[^A-Za-z ]", " " + text)


def learn_tokens(texts):
    """Pieces in the order in which they were merged, the characters first."""
    counts = collections.Counter(word for text in texts for word in words(text))
    split = {word: list(word) for word in counts}
    pieces = ["<unk>", "\n<s>\n", "\n</s>\n", *sorted({c for word in counts for c in word})]
    while len(pieces) < VOCABULARY:
        pairs = collections.Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        pieces.append("".join(best))
        split = {word: merged(parts, best) for word, parts in split.items()}
    return pieces, split


def merged(parts, pair):
    result = []
    for part in parts:
        if result and (result[-1], part) == pair:
            result[-1] += part
        else:
            result.append(part)
    return result


# ---- The model: Llama as llama2.c has it. Pairs are interleaved. ----


class Norm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(DIM))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.weight


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda inputs, outputs: torch.nn.Linear(inputs, outputs, bias=False)
        self.attention_norm, self.ffn_norm = Norm(), Norm()
        self.wq, self.wo = linear(DIM, DIM), linear(DIM, DIM)
        self.wk, self.wv = linear(DIM, KV_HEADS * HEAD_DIM), linear(DIM, KV_HEADS * HEAD_DIM)
        self.w1, self.w3, self.w2 = linear(DIM, HIDDEN), linear(DIM, HIDDEN), linear(HIDDEN, DIM)

    def forward(self, x, turns, mask):
        x = x + self.attend(self.attention_norm(x), turns, mask)
        y = self.ffn_norm(x)
        return x + self.w2(F.silu(self.w1(y)) * self.w3(y))

    def attend(self, x, turns, mask):
        batch, tokens, _ = x.shape
        heads = lambda y: y.view(batch, tokens, -1, HEAD_DIM)
        q, k, v = rotated(heads(self.wq(x)), turns), rotated(heads(self.wk(x)), turns), heads(self.wv(x))
        q = q.view(batch, tokens, KV_HEADS, -1, HEAD_DIM)
        scores = torch.einsum("btgrd,bsgd->bgrts", q, k) / math.sqrt(HEAD_DIM) + mask
        return self.wo(torch.einsum("bgrts,bsgd->btgrd", scores.softmax(-1), v).reshape(batch, tokens, DIM))


def rotated(x, turns):
    x, y = x[..., 0::2], x[..., 1::2]
    cos, sin = turns
    return torch.stack([x * cos - y * sin, x * sin + y * cos], -1).flatten(-2)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Parameter(torch.randn(VOCABULARY, DIM) * 0.02)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()
        angles = torch.arange(CONTEXT)[:, None] * THETA ** (-torch.arange(0, HEAD_DIM, 2) / HEAD_DIM)
        self.turns = [angles.cos()[None, :, None], angles.sin()[None, :, None]]
        self.mask = torch.full((CONTEXT, CONTEXT), -math.inf).triu(1)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                torch.nn.init.normal_(weight, std=0.02 if name == "embedding" else weight.shape[1] ** -0.5)

    def forward(self, tokens):
        x = self.embedding[tokens]
        count = tokens.shape[1]
        turns, mask = [turn[:, :count] for turn in self.turns], self.mask[:count, :count]
        for layer in self.layers:
            x = layer(x, turns, mask)
        return self.norm(x) @ self.embedding.T


def loss_of(model, stream, starts):
    rows = torch.stack([stream[start : start + CONTEXT + 1] for start in starts])
    logits = model(rows[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())


# ---- Files: llama2.c's order of weights, in f16 and without its unused tables. ----


def write_model(model, path):
    lists = [[*map(get, model.layers)] for get in [
        lambda each: each.attention_norm.weight,
        lambda each: each.wq.weight,
        lambda each: each.wk.weight,
        lambda each: each.wv.weight,
        lambda each: each.wo.weight,
        lambda each: each.ffn_norm.weight,
        lambda each: each.w1.weight,
        lambda each: each.w2.weight,
        lambda each: each.w3.weight,
    ]]
    weights = [model.embedding, *sum(lists, []), model.norm.weight]
    with open(path, "wb") as file:
        file.write(struct.pack("7i", DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT))
        for weight in weights:
            file.write(weight.detach().numpy().astype("<f2").tobytes())


def write_tokens(pieces, path):
    encoded = [piece.encode() for piece in pieces]
    with open(path, "wb") as file:
        file.write(struct.pack("i", max(map(len, encoded))))
        for index, piece in enumerate(encoded):
            # Of two merges the earlier one has the higher score.
            file.write(struct.pack("fi", -index, len(piece)) + piece)


def main(folder, steps):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    texts = stories(SEED, 30_000)
    pieces, split = learn_tokens(texts)
    number = {piece: index for index, piece in enumerate(pieces)}
    encode = lambda text: [BEGIN, *(number[part] for word in words(text) for part in split[word])]
    stream = torch.tensor([t for text in texts for t in encode(text)])
    held = torch.tensor([t for text in stories(SEED + 1, 600) for t in encode(text)])
    model = Model()
    count = sum(weight.numel() for weight in model.parameters())
    print(f"{len(pieces)} pieces, {count} parameters, {len(stream)} tokens", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.02)
    random = np.random.default_rng(SEED)
    began = time.time()
    for step in range(steps + 1):
        if step % 100 == 0:
            with torch.no_grad():
                loss = loss_of(model, held, range(0, 32 * CONTEXT, CONTEXT)).item()
            print(json.dumps({"step": step, "seconds": round(time.time() - began), "loss": round(loss, 4)}), flush=True)
            write_model(model, f"{folder}/tell.bin")
        if step == steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))
        loss = loss_of(model, stream, random.integers(0, len(stream) - CONTEXT - 1, BATCH))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
    write_tokens(pieces, f"{folder}/tell-tokens.bin")


main(sys.argv[1], int(sys.argv[2]))
