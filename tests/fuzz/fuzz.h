// Fuzz targets: what the program reads from files that others made. Each must refuse or take any bytes, and
// what it took must not fail later. One program holds them all; HEDDLE_FUZZ names the one to run.

#pragma once

#include <filesystem>
#include <string_view>

namespace heddle::fuzz {

void vocabulary(std::string_view bytes);     // vocab.txt
void merges(std::string_view bytes);         // vocab.json, a zero byte, merges.txt
void sentencePiece(std::string_view bytes);  // spiece.model
void phrases(std::string_view bytes);        // phrases.txt
void chineseWords(std::string_view bytes);   // words.model; its checksum is made to fit
void shard(std::string_view bytes);          // a part of a corpus; its header's hash is made to fit
void jsonLines(std::string_view bytes);
void recipe(std::string_view bytes);  // TOML
void event(std::string_view bytes);   // a line of events.jsonl, user.jsonl, control.jsonl

// A promise that was broken: ends the program, which the fuzzer reports with its input.
void require(bool promise);

// The path of a file in memory that holds the bytes; each call replaces the one before.
std::filesystem::path fileOf(std::string_view bytes);

}  // namespace heddle::fuzz
