// The words of the Chinese sample text's grammar, by the place they take in it.

#pragma once

#include <string>
#include <vector>

#include "engine/text/sample_lexicon.h"

namespace heddle::sample {

struct ChineseNoun {
  std::string text;
  std::string measure;  // the measure word that counts it
};

struct ChinesePlace {
  std::string text;
  std::string inside;  // the localiser that fits: "市场 里", "桥 上", "河 边"
};

struct ChineseLexicon {
  std::vector<Name> names;  // women's first, then as many men's
  std::vector<ChineseNoun> things, animals;
  std::vector<ChinesePlace> places;
  std::vector<std::string> towns, roles, materials, looks, states, person_adjectives, manner_adverbs,
      degree_adverbs, thing_verbs, done_verbs, person_verbs, idle_verbs, manner_verbs, motion_verbs,
      saying_verbs, giving_verbs, making_verbs, feelings;

  // Idioms of four characters, one word each in the gold segmentation.
  std::vector<std::string> manner_idioms;  // before 地: "小心翼翼"
  std::vector<std::string> state_idioms;   // predicates: "兴高采烈"

  // Fixed units of several words.
  std::vector<Expression> connectives;     // before a comma: "总 的 来 说"
  std::vector<Expression> idle_habits;     // predicates: "打 瞌睡"
  std::vector<Expression> partner_habits;  // after 跟 and somebody: "开 玩笑"
};

const ChineseLexicon& chineseLexicon();

}  // namespace heddle::sample
