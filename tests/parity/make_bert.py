#!/usr/bin/env python3
"""Makes bert.safetensors: what transformers computes for a small BERT on a ragged batch, for bert_parity_test.cpp.

Needs torch 2.11 and transformers 5.23; run in this folder. Everything is fp32, dropout 0, eager attention, seed 0.
Contents: weights, inputs of ten batches, and for the first batch hidden states, attention maps, head outputs, the loss and
all gradients; then the losses of ten steps of AdamW with (steps.corrected) and without (steps.plain) bias correction, clipped
to norm 1 (small enough to bite), weight decay .01 on matrices, linear decay with warm-up as google-research/bert does it.
"""
import json
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining

CONFIG = dict(vocab_size=97, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
              max_position_embeddings=24, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, layer_norm_eps=1e-12)
LENGTHS = [19, 7, 24, 2, 11]
STEPS, WARMUP, RATE, DECAY, EPS = 10, 3, 3e-3, 0.01, 1e-6


def batch(generator):
    rows, longest = len(LENGTHS), max(LENGTHS)
    ids = torch.randint(5, CONFIG["vocab_size"], (rows, longest), generator=generator)
    keep = torch.arange(longest)[None, :] < torch.tensor(LENGTHS)[:, None]
    segments = (torch.arange(longest)[None, :] >= (torch.tensor(LENGTHS) // 2)[:, None]).long()
    masked = (torch.rand(rows, longest, generator=generator) < 0.3) & keep
    masked[0, 3] = True
    labels = torch.where(masked, torch.randint(5, CONFIG["vocab_size"], (rows, longest), generator=generator), -100)
    pair = torch.randint(0, 2, (rows,), generator=generator)
    return ids, keep, segments, labels, pair


def run(model, b, **kw):
    ids, keep, segments, labels, pair = b
    return model(input_ids=ids, attention_mask=keep.long(), token_type_ids=segments, labels=labels,
                 next_sentence_label=pair, **kw)


def decays(name):
    return not (name.endswith("bias") or "LayerNorm" in name)


def ten_losses(weights, batches, corrected):
    model = BertForPreTraining._from_config(BertConfig(**CONFIG), attn_implementation="eager")
    model.load_state_dict(weights)
    model.eval()
    named = list(model.named_parameters())
    first = [torch.zeros_like(p) for _, p in named]
    second = [torch.zeros_like(p) for _, p in named]
    losses = []
    for step, b in enumerate(batches):
        rate = RATE * step / WARMUP if step < WARMUP else RATE * (1 - step / STEPS)
        loss = run(model, b).loss
        losses.append(loss.item())
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        with torch.no_grad():
            for (name, p), m, v in zip(named, first, second):
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                mm = m / (1 - 0.9 ** (step + 1)) if corrected else m
                vv = v / (1 - 0.999 ** (step + 1)) if corrected else v
                update = mm / (vv.sqrt() + EPS)
                if decays(name):
                    update = update + DECAY * p
                p -= rate * update
    return torch.tensor(losses, dtype=torch.float64)


def main():
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    model = BertForPreTraining._from_config(BertConfig(**CONFIG), attn_implementation="eager")
    model.eval()
    with torch.no_grad():  # published initial values are too small to tell a wrong path from a right one
        for name, p in model.named_parameters():
            p.normal_(1.0 if name.endswith("LayerNorm.weight") else 0.0, 0.1)
    weights = {k: v.clone() for k, v in model.state_dict().items()}
    generator = torch.Generator().manual_seed(1)
    batches = [batch(generator) for _ in range(STEPS)]
    out = {"weights." + n: p.detach().clone() for n, p in model.named_parameters()}
    keep = batches[0][1]
    result = run(model, batches[0], output_hidden_states=True, output_attentions=True)
    result.loss.backward()
    for n, p in model.named_parameters():
        out["gradients." + n] = p.grad.clone()
    for i, h in enumerate(result.hidden_states):
        out[f"hidden.{i}"] = h.detach()[keep].clone()  # [T, H]
    for i, a in enumerate(result.attentions):
        for row, n in enumerate(LENGTHS):
            out[f"attention.{i}.{row}"] = a.detach()[row, :, :n, :n].clone()  # [A, n, n]
    out["loss"] = result.loss.detach()
    out["pair_logits"] = result.seq_relationship_logits.detach()
    for i, (ids, kept, segments, labels, pair) in enumerate(batches):
        out[f"batch.{i}.tokens"] = ids[kept].int()
        out[f"batch.{i}.segments"] = segments[kept].int()
        out[f"batch.{i}.labels"] = labels[kept].int()  # -100 = not masked
        out[f"batch.{i}.pair"] = pair.int()
    out["steps.plain"] = ten_losses(weights, batches, corrected=False)
    out["steps.corrected"] = ten_losses(weights, batches, corrected=True)
    save_file({k: v.contiguous() for k, v in out.items()}, "bert.safetensors",
              metadata={"config": json.dumps(CONFIG), "lengths": json.dumps(LENGTHS)})


if __name__ == "__main__":
    main()
