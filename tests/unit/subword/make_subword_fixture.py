"""Writes subword_fixture.jsonl: what Hugging Face's tokenizers 0.23 give for invented texts.

Usage: python make_subword_fixture.py   (needs the package `tokenizers`)
"""

import json
import pathlib
import tempfile

from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer

HERE = pathlib.Path(__file__).parent

LINES = [
    "The weaver's loom can't rest; they've woven 12 yards, and I'll weave 34 more.",
    "the  shuttle   flies\tover the warp threads \n and back again ",
    " leading space, trailing space ",
    "We'd say: it's 3.14159... (isn't it?) -- NO! HE'S SHE'LL 'tis ''s",
    "caf\u00e9 na\u00efve \u0130stanbul \u03a3\u0391\u03a3 stra\u00dfe \ufb01ne \u1e9e",
    "e\u0301a\u0300o\u0302 \u0323\u0301x q\u0323\u0307\u0307\u0323",
    "\u7ec7\u673a\u5728\u8f6c\u52a8\uff0c\u7ebf\u5f88\u7ec6\u3002abc\u7ec7def \uf900\U00020000\U0002b820\U0002b920\U0002f800",
    "\u3053\u3093\u306b\u3061\u306f \uc548\ub155\ud558\uc138\uc694 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f9f5\U0001f9f6 yarn\u200b\u200d\ufeff zero\u00a0width\u2003em\u2028line\u2029par\u0085nel",
    "1\u00bd \u2167 \u0662\u0663 x\u00b2 \u2460 12abc34",
    "\u0000nul \ufffd repl \ue000 private \u0007bell \u001cfs \x7f",
    "a[MASK]b [MASK][SEP] [mask] [CLS [UNK]] [PAD]x [ MASK ]",
    "w" * 100 + " " + "w" * 101 + " " + "thread" * 20,
    "$+<=>^`|~ \u00a7\u00b6\u00bf \u2018quoted\u2019 \u201cdouble\u201d \u2014dash\u2026",
    "",
    " ",
    "   ",
    "\t\n",
    "'",
    "'r 're",
    "a  b   c    ",
]
TRAIN = [line for line in LINES if "w" * 100 not in line] + [
    f"{subject} {verb} the {adjective} {thing}"
    for subject in ("The weaver", "A child", "My sister", "They")
    for verb in ("weaves", "threads", "unwinds", "carries", "can't find")
    for adjective in ("woollen", "finest", "longest", "broken")
    for thing in ("thread", "threads", "shuttle", "weft", "warp")
]
WORDS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] the weave ##r ##s loom can rest they woven yards cafe naive istanbul σας strasse "
    "##ing thread ##thread ##thr w ##w ##ww a b c d e f abc ##def def space leading , . ' ! ? ; ( ) - [ ] $ + < = > ^ "
    "` | ~ 1 2 3 ##4 12 34 \u7ec7 \u673a \u5728 \u8f6c \u52a8 \uff0c \u7ebf \u5f88 \u7ec6 \u3002 \u8c48 \U00020000 "
    "\u4e3d yarn zero ##width width em ##line line par nel ##nel nul repl private bell fs x q t s ll ve re m "
    "\u2014 \u2026 dash quoted double \u2018 \u2019 \u201c \u201d mask unk The Caf\u00e9 caf\u00e9 caf ##\u00e9 "
    "\u3053 ##\u3093 ##\u306b ##\u3061 ##\u306f eao x\u00b2 ##\u00bd ##abc ##34 HE S SHE"
).split()


def main():
    out = open(HERE / "subword_fixture.jsonl", "w", encoding="utf-8")

    def put(**values):
        out.write(json.dumps(values, ensure_ascii=True) + "\n")

    with tempfile.TemporaryDirectory() as folder:
        trained = ByteLevelBPETokenizer()
        trained.train_from_iterator(
            TRAIN, vocab_size=420, min_frequency=2, show_progress=False,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
        trained.save_model(folder)
        vocab = pathlib.Path(folder, "vocab.json").read_text(encoding="utf-8")
        merges = pathlib.Path(folder, "merges.txt").read_text(encoding="utf-8")
        put(kind="byte-bpe", vocab=vocab, merges=merges)
        plain, prefixed = (
            ByteLevelBPETokenizer(f"{folder}/vocab.json", f"{folder}/merges.txt", add_prefix_space=prefix,
                                  trim_offsets=False) for prefix in (False, True))
        for line in LINES:
            put(text=line, plain=plain.encode(line).ids, prefixed=prefixed.encode(line).ids)

        vocabulary = list(dict.fromkeys(WORDS))
        path = pathlib.Path(folder, "vocab.txt")
        path.write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
        put(kind="wordpiece-hf", pieces=vocabulary)
        cased, uncased = (BertWordPieceTokenizer(str(path), lowercase=lower) for lower in (False, True))
        for line in LINES:
            put(text=line, cased=cased.encode(line, add_special_tokens=False).ids,
                uncased=uncased.encode(line, add_special_tokens=False).ids)


if __name__ == "__main__":
    main()
