#include "engine/base/safetensors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace heddle {
namespace {

namespace fs = std::filesystem;

class SafetensorsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "heddle-tensors-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // A file with this header and these data bytes; `claimed` overrides the length that the file states.
  fs::path file(const std::string& header, const std::string& data, int64_t claimed = -1) {
    const auto length = static_cast<uint64_t>(claimed >= 0 ? claimed : static_cast<int64_t>(header.size()));
    const fs::path path = folder_ / "t.safetensors";
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(&length), 8);
    out << header << data;
    return path;
  }

  fs::path folder_;
};

std::span<const std::byte> bytesOf(const std::vector<float>& values) {
  return std::as_bytes(std::span(values));
}

TEST_F(SafetensorsTest, TensorsAndMetadataComeBackAsTheyWere) {
  const std::vector<float> a{1, 2, 3, 4, 5, 6};
  const std::vector<int64_t> b{-7};
  const std::vector<uint8_t> flags{1, 0, 1};
  const fs::path path = folder_ / "t.safetensors";
  ASSERT_TRUE(writeSafetensors(path,
                               {{"w", {TensorType::kF32, {2, 3}, bytesOf(a)}},
                                {"scalar", {TensorType::kI64, {}, std::as_bytes(std::span(b))}},
                                {"flags", {TensorType::kBool, {3}, std::as_bytes(std::span(flags))}},
                                {"empty", {TensorType::kBF16, {0, 5}, {}}}},
                               {{"format", "pt"}})
                  .ok());
  const auto file = SafetensorsFile::open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
  ASSERT_EQ(file->tensors().size(), 4u);
  const TensorEntry& w = file->tensors().at("w");
  EXPECT_EQ(w.type, TensorType::kF32);
  EXPECT_EQ(w.shape, (std::vector<int64_t>{2, 3}));
  ASSERT_EQ(w.bytes.size(), 24u);
  EXPECT_EQ(std::memcmp(w.bytes.data(), a.data(), 24), 0);
  int64_t scalar = 0;
  std::memcpy(&scalar, file->tensors().at("scalar").bytes.data(), 8);
  EXPECT_EQ(scalar, -7);
  EXPECT_TRUE(file->tensors().at("empty").bytes.empty());
  EXPECT_EQ(file->tensors().at("flags").bytes.size(), 3u);
}

// Written out by hand from the description of the format.
TEST_F(SafetensorsTest, AFileLaidOutByHandIsRead) {
  const float value = 1.5f;
  std::string data(8, '\0');
  std::memcpy(data.data() + 4, &value, 4);
  const auto file =
      SafetensorsFile::open(this->file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  )", data));
  ASSERT_TRUE(file.ok()) << file.error().message();
  float read = 0;
  std::memcpy(&read, file->tensors().at("a").bytes.data() + 4, 4);
  EXPECT_EQ(read, 1.5f);
}

TEST_F(SafetensorsTest, TheHeaderIsPaddedToEightBytesAndDataIsOrderedBySizeThenName) {
  const std::vector<float> a{1};
  const std::vector<double> d{2};
  const fs::path path = folder_ / "t.safetensors";
  ASSERT_TRUE(writeSafetensors(path, {{"b", {TensorType::kF32, {1}, bytesOf(a)}},
                                      {"a", {TensorType::kF32, {1}, bytesOf(a)}},
                                      {"z", {TensorType::kF64, {1}, std::as_bytes(std::span(d))}}})
                  .ok());
  const auto raw = readFile(path);
  ASSERT_TRUE(raw.ok());
  uint64_t length = 0;
  std::memcpy(&length, raw->data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(raw->size(), 8 + length + 16);
  const std::string header = raw->substr(8, length);
  EXPECT_LT(header.find("\"z\""), header.find("\"a\""));
  EXPECT_LT(header.find("\"a\""), header.find("\"b\""));
}

TEST_F(SafetensorsTest, WhatDoesNotFitTheFormatIsRefusedWithTheReason) {
  struct Case {
    const char* header;
    size_t data;
    const char* reason;
  };
  for (
      const Case& bad : std::vector<Case>{
          {"no json", 0, "no JSON object"},
          {"[1]", 0, "no JSON object"},
          {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "does not fit"},
          {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3, "ends at byte 4"},
          {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 6, "2 bytes follow"},
          {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "hole or an overlap"},
          {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
           6, "hole or an overlap"},
          {R"({"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}})", 16, "F128"},
          {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "does not fit"},
          {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0,
           "does not fit"},
          {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "malformed"},
          {R"({"a":7})", 0, "malformed"},
          {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "ends at byte 0"}}) {
    const auto opened = SafetensorsFile::open(file(bad.header, std::string(bad.data, 'x')));
    ASSERT_FALSE(opened.ok()) << bad.header;
    EXPECT_NE(opened.error().text.find(bad.reason), std::string::npos) << opened.error().text;
    EXPECT_NE(opened.error().text.find("t.safetensors"), std::string::npos);
    EXPECT_FALSE(opened.error().hint.empty());
  }
}

TEST_F(SafetensorsTest, ALengthBeyondTheFileOrTheLimitIsRefused) {
  EXPECT_FALSE(SafetensorsFile::open(file("{}", "", 3)).ok());
  EXPECT_FALSE(SafetensorsFile::open(file("{}", "", int64_t{1} << 62)).ok());
  EXPECT_FALSE(SafetensorsFile::open(file("{}", "", 100'000'001)).ok());
  EXPECT_TRUE(SafetensorsFile::open(file("{}", "")).ok());
}

TEST_F(SafetensorsTest, EveryCutOfAFileIsRefused) {
  const std::vector<float> a{1, 2};
  const fs::path path = folder_ / "t.safetensors";
  ASSERT_TRUE(writeSafetensors(path, {{"w", {TensorType::kF32, {2}, bytesOf(a)}}}).ok());
  const auto whole = readFile(path);
  ASSERT_TRUE(whole.ok());
  for (size_t length = 0; length < whole->size(); ++length) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole->substr(0, length);
    EXPECT_FALSE(SafetensorsFile::open(path).ok()) << length;
  }
}

TEST_F(SafetensorsTest, AFailedWriteLeavesTheOldFile) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_FALSE(writeSafetensors(folder_ / "file" / "t.safetensors", {}).ok());
  EXPECT_EQ(*readFile(folder_ / "file"), "x");
}

}  // namespace
}  // namespace heddle
