#!/usr/bin/env python3
"""Writes wordpiece_fixture.jsonl, or checks another tokeniser's output against the same rules.

    make_wordpiece_fixture.py                                  writes the fixture beside this script
    make_wordpiece_fixture.py --check VOCAB cased|uncased TEXT IDS
        TEXT: lines; IDS: for each line the ids of the tokeniser under test, separated by spaces

The rules of google-research/bert's tokenization.py, written down again with Python's own Unicode tables, so that they share no
code and no table with the tokeniser under test.
"""

import json
import pathlib
import sys
import unicodedata


def is_cjk(c):
    return (0x4E00 <= c <= 0x9FFF or 0x3400 <= c <= 0x4DBF or 0x20000 <= c <= 0x2A6DF or 0x2A700 <= c <= 0x2B73F
            or 0x2B740 <= c <= 0x2B81F or 0x2B820 <= c <= 0x2CEAF or 0xF900 <= c <= 0xFAFF or 0x2F800 <= c <= 0x2FA1F)


def is_punctuation(ch):
    c = ord(ch)
    return 33 <= c <= 47 or 58 <= c <= 64 or 91 <= c <= 96 or 123 <= c <= 126 or unicodedata.category(ch)[0] == "P"


def words_of(raw, lowercase):
    cleaned = []
    for ch in raw.decode("utf-8", "ignore"):
        if ch in "\t\n\r" or unicodedata.category(ch) == "Zs":
            cleaned.append(" ")
        elif ord(ch) in (0, 0xFFFD) or unicodedata.category(ch) in ("Cc", "Cf"):
            continue
        elif is_cjk(ord(ch)):
            cleaned.append(" " + ch + " ")
        else:
            cleaned.append(ch)
    words = []
    for token in "".join(cleaned).split():
        if lowercase:
            token = "".join(ch for ch in unicodedata.normalize("NFD", token.lower()) if unicodedata.category(ch) != "Mn")
        word = ""
        for ch in token:
            if is_punctuation(ch):
                words += [word, ch]
                word = ""
            else:
                word += ch
        words.append(word)
    return " ".join(words).split()


def pieces_of(word, vocabulary):
    if len(word) > 200:
        return ["[UNK]"]
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return pieces


def encode(raw, vocabulary, lowercase):
    return [vocabulary[piece] for word in words_of(raw, lowercase) for piece in pieces_of(word, vocabulary)]


def check(vocabulary_path, lowercase, text_path, ids_path):
    vocabulary = {line.strip(): index for index, line in enumerate(open(vocabulary_path, encoding="utf-8", newline="\n"))}
    texts = open(text_path, "rb").read().split(b"\n")
    lines = open(ids_path).read().split("\n")
    lines, wrong = lines[:len(texts)], 0
    memo, total = {}, 0
    for number, (text, line) in enumerate(zip(texts, lines), 1):
        ids = []
        for word in words_of(text, lowercase):
            if word not in memo:
                memo[word] = [vocabulary[piece] for piece in pieces_of(word, vocabulary)]
            ids += memo[word]
        total += len(ids)
        if ids != [int(value) for value in line.split()]:
            wrong += 1
            if wrong <= 5:
                print(f"line {number} differs: {text[:200]!r}")
    print(f"{len(texts)} lines, {total} pieces, {wrong} lines differ")
    return 1 if wrong else 0


LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PIECES = (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list(LETTERS) + ["##" + c for c in LETTERS]
          + list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + list("ABCDEÉİΣé") + ["##É", "##é", "##B", "##Σ"]
          + ["the", "##ing", "##ed", "un", "##aff", "##able", "cafe", "##s", "mask", "loom", "##oms", "weav", "##er"]
          + list("织布机豈更") + ["的", "𠀀", "𫠠", "か", "##な", "ㄱ", "ᄒ", "##ᅡ", "##ᆫ", "ß", "##ß"]
          + list("αβσςο") + ["##α", "##σ", "##ς", "##ο", "##δ", "##υ", "ο", "и", "##и", "й", "—", "“", "”", "。", "，", "¿", "¡", "«", "»", "・", "§"]
          + ["€", "##€", "😀", "##😀", "²", "##²", "ⅷ", "##ⅷ", "ə", "æ", "##æ"])

CASES = [
    "the weaver", "THE UNAFFABLE WEAVER", "  the\tloom\r\nlooms  ", "the,loom;and:the(weaver)!", "$100+5<6^2`x|y~z", "it's a-b_c d...e",
    "caf\u00e9", "cafe\u0301", "CAF\u00c9S", "\u00c9", "e\u0301\u0323 e\u0323\u0301", "\u0301the", "the \u0301 loom", "na\u00efve co\u00f6p",
    "\u0130", "\u0130STANBUL i\u0307", "\u0131", "\u039f\u0394\u039f\u03a3", "\u039f\u03a3\u039f", "\u03a3", "\u03a3\u03a3", "\u03bf\u03a3.", "\u03bf\u03a3\u0301\u03bf", "\u03bf\u03a3'\u03bf",
    "\u03bf\u03a3\u00ad\u03bf", "a\u03a3 \u03bf", "\u03b1\u0345\u03a3", "\u1fb3", "\u03ac\u03b2",
    "\u7ec7\u5e03\u673a", "a\u7ec7b\u5e03c", "\u7684\uff0c\u7ec7\u3002", "\uf900\uf901", "\U00020000\U0002b820", "\U0002f800", "\U0002ceb0", "\u304b\u306a", "\u304c", "\ud55c", "\u3131", "\u30fb",
    "the\u00a0loom", "the\u2003loom", "the\u3000loom", "the\u2028loom\u2029the", "the\u0085loom", "the\u001cloom", "the\u200bloom", "the\ufeffloom",
    "the\u00adloom", "th\u0000e", "th\ufffde", "th\u0001e\u007f", "a\u000bb\u000cc", "\u200dthe", "\u061ca",
    "\u201cthe\u201d \u2014 \u00bfthe? \u00a1the! \u00abthe\u00bb \u00a7", "\u20ac5", "5\u20ac", "a\u00b2", "\u2167", "\u00df", "stra\u00dfe", "\u1e9e", "\u00c6", "\u0259",
    "\U0001f600", "a\U0001f600b", "[MASK] [CLS] [UNK] [mask]", "##ing", "# # ing", "unaffable", "unaffxable", "\u0438\u0306", "\u0439\u0419",
    "x" * 200, "x" * 201, "\u00e9" * 200, "\u00e9" * 201, "e\u0301" * 200, "a" * 150 + "," + "a" * 150, "\u2126", "\u212a", "\u037e", "\u1fef", "\u0340a", "\u302e\u0301a\u302e\u0316",
    "", " ", "\u0301", "\u3000\u2028", "\U0001d165\U0001d16ea", "q\u0307\u0323\u0315", "\u0e01\u0e33", "\u05d0\u05b0", "\u0915\u094d\u0937", "\ufb01", "\u01c5", "\u1e69",
]
BROKEN = [b"th\xffe", b"\xc3the", b"the\xe7\xbb", b"\xed\xa0\x80the", b"\xf0\x82\x82\xacthe", b"\xf4\x90\x80\x80loom", b"\xc0\xafthe",
          b"caf\xc3\xa9\xa9", b"\xe7\xbb\x87\xe7\xbb", b"th\x80\x80e", b"\xf0\x9f\x98the", b"\xff"]


def main():
    if sys.argv[1:2] == ["--check"]:
        return check(sys.argv[2], sys.argv[3] == "uncased", sys.argv[4], sys.argv[5])
    vocabulary = {}
    for piece in PIECES:
        vocabulary.setdefault(piece, len(vocabulary))
    with open(pathlib.Path(__file__).with_name("wordpiece_fixture.jsonl"), "w", encoding="ascii", newline="\n") as out:
        print(json.dumps({"vocabulary": list(vocabulary)}), file=out)
        for raw in [case.encode("utf-8") for case in CASES] + BROKEN:
            print(json.dumps({"hex": raw.hex(), "uncased": encode(raw, vocabulary, True), "cased": encode(raw, vocabulary, False)}),
                  file=out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
