#include "engine/text/sample_grammar_zh.h"

#include <array>

namespace heddle::sample {
namespace {

// Words with their parts of speech, as in the lists of expressions, without being one.
void add(SentenceBuilder& out, const char* entry) {
  const Expression words = expressionOf(entry);
  for (size_t at = 0; at < words.words.size(); ++at) {
    out.word(words.words[at], words.parts_of_speech[at]);
  }
}

void comma(SentenceBuilder& out) {
  out.word("，", "PUNCT");
}

// An idiom of four characters is one word and a fixed unit at once.
void idiom(SentenceBuilder& out, const std::string& text, const char* part_of_speech) {
  const size_t first = out.open();
  out.word(text, part_of_speech);
  out.close(first, kExpression);
}

}  // namespace

ChineseStoryteller::ChineseStoryteller(uint64_t seed, int64_t index)
    : Storyteller(seed, "chinese sample text", index) {
  const ChineseLexicon& words = chineseLexicon();
  for (const Name& name : drawPeople(words.names)) {
    people_.push_back({name, pick(words.roles), pick(words.person_adjectives)});
  }
  while (people_[1].role == people_[0].role) {
    people_[1].role = pick(words.roles);
  }
  // Different nouns, or 那 盏 灯 could mean two of them.
  while (things_.size() < 4) {
    Thing made{pick(words.things), pick(words.looks), pick(words.states), pick(words.materials)};
    const bool known = std::any_of(things_.begin(), things_.end(),
                                   [&made](const Thing& item) { return item.noun.text == made.noun.text; });
    if (!known) {
      things_.push_back(std::move(made));
    }
  }
  town_ = pick(words.towns);
  animal_ = pick(words.animals);
  places_ = {pick(words.places), pick(words.places)};
  while (places_[1].text == places_[0].text) {
    places_[1] = pick(words.places);
  }
}

SampleSentence ChineseStoryteller::middle() {
  using Maker = SampleSentence (ChineseStoryteller::*)();
  constexpr std::array<Maker, 16> kMakers = {
      &ChineseStoryteller::event,       &ChineseStoryteller::event,       &ChineseStoryteller::event,
      &ChineseStoryteller::relative,    &ChineseStoryteller::report,      &ChineseStoryteller::speech,
      &ChineseStoryteller::subordinate, &ChineseStoryteller::subordinate, &ChineseStoryteller::gift,
      &ChineseStoryteller::existence,   &ChineseStoryteller::passive,     &ChineseStoryteller::coordination,
      &ChineseStoryteller::possession,  &ChineseStoryteller::comparison,  &ChineseStoryteller::listing,
      &ChineseStoryteller::feeling};
  return (this->*kMakers[draws_.below(static_cast<uint32_t>(kMakers.size()))])();
}

// --- phrases

SampleSentence ChineseStoryteller::finish(SentenceBuilder& out, const char* mark) {
  out.word(mark, "PUNCT");
  return out.finishChinese();
}

void ChineseStoryteller::nameOrPronoun(SentenceBuilder& out, int person) {
  const Person& who = people_[static_cast<size_t>(person)];
  const size_t first = out.open();
  if (person == last_person_ && who.introduced && (only_pronouns_ || chance(0.7))) {
    out.word(who.name.feminine ? "她" : "他", "PRON");
  } else if (who.introduced && chance(0.2)) {
    add(out, "这 位 | DET NOUN");
    out.word(who.role, "NOUN");
  } else {
    out.word(who.name.text, "PROPN");
  }
  out.close(first, kNounPhrase);
  last_person_ = person;
}

int ChineseStoryteller::subject(SentenceBuilder& out) {
  if (chance(0.75)) {
    const int person = last_person_ >= 0 && chance(0.6) ? last_person_ : static_cast<int>(draws_.below(2));
    // Nobody acts before being introduced.
    const int who = people_[static_cast<size_t>(person)].introduced ? person : 0;
    nameOrPronoun(out, who);
    return who;
  }
  const size_t first = out.open();
  if (chance(0.3)) {
    out.word("那", "DET");
    out.word(animal_.measure, "NOUN");
    out.word(animal_.text, "NOUN");
  } else {
    place(out);
    out.word("的", "PART");
    out.word(pick(chineseLexicon().roles), "NOUN");
    if (chance(0.5)) {
      out.word("们", "PART");
    }
  }
  out.close(first, kNounPhrase);
  last_person_ = -1;
  return -1;
}

void ChineseStoryteller::thing(SentenceBuilder& out, int index) {
  Thing& item = things_[static_cast<size_t>(index)];
  const size_t first = out.open();
  if (item.introduced) {
    out.word(chance(0.6) ? "那" : "这", "DET");
  } else {
    constexpr std::array kNumbers = {"一", "一", "一", "两", "三", "五"};
    out.word(kNumbers[draws_.below(kNumbers.size())], "NUM");
  }
  out.word(item.noun.measure, "NOUN");
  if (!item.introduced || chance(0.3)) {
    out.word(item.look, "ADJ");
    out.word("的", "PART");
  }
  out.word(item.noun.text, "NOUN");
  out.close(first, kNounPhrase);
  item.introduced = true;
}

void ChineseStoryteller::otherPerson(SentenceBuilder& out, int who) {
  const size_t first = out.open();
  const int other = who < 0 ? static_cast<int>(draws_.below(2)) : 1 - who;
  const Person& person = people_[static_cast<size_t>(other)];
  if (person.introduced) {
    out.word(person.name.text, "PROPN");
  } else {
    add(out, "一 位 | NUM NOUN");
    out.word(pick(chineseLexicon().person_adjectives), "ADJ");
    out.word("的", "PART");
    out.word(pick(chineseLexicon().roles), "NOUN");
  }
  out.close(first, kNounPhrase);
}

void ChineseStoryteller::place(SentenceBuilder& out) {
  const size_t first = out.open();
  const ChinesePlace& at = places_[draws_.below(2)];
  out.word(at.text, "NOUN");
  if (chance(0.75)) {
    out.word(at.inside, "ADP");
  } else {
    constexpr std::array kSides = {"附近", "旁边", "对面"};
    out.word(kSides[draws_.below(kSides.size())], "NOUN");
  }
  out.close(first, kNounPhrase);
}

void ChineseStoryteller::manner(SentenceBuilder& out) {
  if (chance(0.5)) {
    idiom(out, pick(chineseLexicon().manner_idioms), "ADV");
  } else {
    out.word(pick(chineseLexicon().manner_adverbs), "ADV");
  }
  out.word("地", "PART");
}

void ChineseStoryteller::predicate(SentenceBuilder& out, int who) {
  const ChineseLexicon& words = chineseLexicon();
  const size_t first = out.open();
  switch (draws_.below(11)) {
    case 0:
    case 1:
      if (chance(0.4)) {
        manner(out);
      }
      out.word(pick(words.thing_verbs), "VERB");
      out.word(chance(0.75) ? "了" : "过", "AUX");
      someThing(out);
      break;
    case 2:
      out.word("把", "ADP");
      someThing(out);
      out.word(pick(words.done_verbs), "VERB");
      out.word("了", "AUX");
      break;
    case 3:
      out.word(pick(words.person_verbs), "VERB");
      out.word("了", "AUX");
      otherPerson(out, who);
      break;
    case 4:
      out.word(chance(0.6) ? "没有" : "不再", "ADV");
      out.word(pick(words.person_verbs), "VERB");
      otherPerson(out, who);
      break;
    case 5:
      out.word("在", "ADP");
      place(out);
      if (chance(0.5)) {
        manner(out);
      }
      out.word(pick(words.idle_verbs), "VERB");
      break;
    case 6:
      out.word(pick(words.motion_verbs), "VERB");
      out.word("到", "VERB");
      place(out);
      out.word(chance(0.6) ? "去" : "来", "VERB");
      if (chance(0.5)) {
        out.word("了", "AUX");
      }
      break;
    case 7:
      if (chance(0.5)) {
        out.word("显得", "VERB");
      }
      idiom(out, pick(words.state_idioms), "ADJ");
      break;
    case 8:
      if (chance(0.5)) {
        out.word("常常", "ADV");
      }
      out.expression(pick(words.idle_habits));
      break;
    case 9:
      out.word("跟", "ADP");
      otherPerson(out, who);
      out.expression(pick(words.partner_habits));
      break;
    default:
      out.word("正在", "ADV");
      out.word(pick(words.idle_verbs), "VERB");
      break;
  }
  out.close(first, kVerbPhrase);
}

void ChineseStoryteller::clause(SentenceBuilder& out) {
  const size_t first = out.open();
  const int who = subject(out);
  predicate(out, who);
  out.close(first, kClause);
}

// --- sentences

SampleSentence ChineseStoryteller::introduction(int person) {
  SentenceBuilder out;
  Person& who = people_[static_cast<size_t>(person)];
  const auto role = [&out, &who](const char* count) {
    const size_t first = out.open();
    add(out, count);
    out.word(who.adjective, "ADJ");
    out.word("的", "PART");
    out.word(who.role, "NOUN");
    out.close(first, kNounPhrase);
  };
  if (chance(0.5)) {
    out.word(who.name.text, "PROPN");
    out.word("是", "VERB");
    role("一 位 | NUM NOUN");
    comma(out);
    out.word(chance(0.5) ? "住" : "生活", "VERB");
    out.word("在", "ADP");
    out.word(town_, "PROPN");
  } else {
    out.word(town_, "PROPN");
    out.word("有", "VERB");
    role("一 个 | NUM NOUN");
    comma(out);
    add(out, "名字 叫 | NOUN VERB");
    out.word(who.name.text, "PROPN");
  }
  who.introduced = true;
  last_person_ = person;
  return finish(out);
}

SampleSentence ChineseStoryteller::opening(int time) {
  constexpr std::array kTimes = {"早上", "中午", "下午", "傍晚", "夜里"};
  SentenceBuilder out;
  out.word(kTimes[static_cast<size_t>(time)], "NOUN");
  comma(out);
  const int who = last_person_ >= 0 ? last_person_ : 0;
  nameOrPronoun(out, who);
  out.word(pick(chineseLexicon().motion_verbs), "VERB");
  out.word("到", "VERB");
  out.word("了", "AUX");
  place(out);
  if (chance(0.4)) {
    comma(out);
    predicate(out, who);
  }
  return finish(out);
}

SampleSentence ChineseStoryteller::event() {
  SentenceBuilder out;
  if (chance(0.35)) {
    out.expression(pick(chineseLexicon().connectives));
    comma(out);
  }
  clause(out);
  return finish(out);
}

// The relative clause stands before its noun.
SampleSentence ChineseStoryteller::relative() {
  const ChineseLexicon& words = chineseLexicon();
  SentenceBuilder out;
  const auto index = draws_.below(4);
  Thing& item = things_[index];
  const size_t first = out.open();
  otherPerson(out, -1);
  if (chance(0.4)) {
    out.word("昨天", "NOUN");
  }
  out.word(pick(words.thing_verbs), "VERB");
  out.word("的", "PART");
  out.close(first, kRelative);
  add(out, "那 | DET");
  out.word(item.noun.measure, "NOUN");
  out.word(item.noun.text, "NOUN");
  out.close(first, kNounPhrase);
  item.introduced = true;
  const size_t verb = out.open();
  out.word(pick(words.degree_adverbs), "ADV");
  out.word(item.state, "ADJ");
  out.close(verb, kVerbPhrase);
  last_person_ = -1;
  return finish(out);
}

SampleSentence ChineseStoryteller::report() {
  SentenceBuilder out;
  subject(out);
  out.word(pick(chineseLexicon().saying_verbs), "VERB");
  if (chance(0.3)) {
    comma(out);
  }
  laterClause(out);
  return finish(out);
}

SampleSentence ChineseStoryteller::speech() {
  SentenceBuilder out;
  const int person = people_[1].introduced ? static_cast<int>(draws_.below(2)) : 0;
  nameOrPronoun(out, person);
  constexpr std::array kSaid = {"说", "问", "喊", "回答"};
  const uint32_t kind = draws_.below(4);
  out.word(kSaid[kind], "VERB");
  add(out, "： “ | PUNCT PUNCT");
  const Thing& item = things_[draws_.below(4)];
  const char* mark = "。";
  if (kind == 1) {
    add(out, "你 见过 我 的 | PRON VERB PRON PART");
    out.word(item.noun.text, "NOUN");
    out.word("吗", "PART");
    mark = "？";
  } else if (kind == 2) {
    add(out, "多么 | ADV");
    out.word(item.state, "ADJ");
    out.word("的", "PART");
    out.word(item.noun.text, "NOUN");
    out.word("啊", "PART");
    mark = "！";
  } else if (chance(0.5)) {
    add(out, "我 明天 再 | PRON NOUN ADV");
    out.word(pick(chineseLexicon().thing_verbs), "VERB");
    out.word("一", "NUM");
    out.word(item.noun.measure, "NOUN");
    out.word(item.noun.text, "NOUN");
    add(out, "吧 | PART");
  } else {
    add(out, "这 件 事 …… 我 不 知道 | DET NOUN NOUN PUNCT PRON ADV VERB");
  }
  out.word(mark, "PUNCT");
  return finish(out, "”");
}

SampleSentence ChineseStoryteller::subordinate() {
  constexpr std::array<std::array<const char*, 2>, 5> kPairs = {{{"因为 | SCONJ", "所以 | CCONJ"},
                                                                 {"虽然 | SCONJ", "但是 | CCONJ"},
                                                                 {"既然 | SCONJ", "那么 | CCONJ"},
                                                                 {"不但 | SCONJ", "而且 | CCONJ"},
                                                                 {"如果 | SCONJ", "那么 | CCONJ"}}};
  SentenceBuilder out;
  if (chance(0.3)) {
    clause(out);
    add(out, "的 时候 ， | PART NOUN PUNCT");
    laterClause(out);
    return finish(out);
  }
  const auto& pair = kPairs[draws_.below(kPairs.size())];
  add(out, pair[0]);
  clause(out);
  comma(out);
  add(out, pair[1]);
  laterClause(out);
  return finish(out);
}

SampleSentence ChineseStoryteller::gift() {
  SentenceBuilder out;
  const int who = subject(out);
  const size_t first = out.open();
  out.word("把", "ADP");
  someThing(out);
  out.word(pick(chineseLexicon().giving_verbs), "VERB");
  out.word("了", "AUX");
  otherPerson(out, who);
  out.close(first, kVerbPhrase);
  return finish(out);
}

// Brings in something new; when everything is known already, an animal.
SampleSentence ChineseStoryteller::existence() {
  SentenceBuilder out;
  const auto unknown =
      std::find_if(things_.begin(), things_.end(), [](const Thing& item) { return !item.introduced; });
  place(out);
  if (unknown != things_.end()) {
    if (chance(0.5)) {
      out.word("放", "VERB");
      out.word("着", "AUX");
    } else {
      out.word("有", "VERB");
    }
    thing(out, static_cast<int>(unknown - things_.begin()));
  } else {
    out.word("有", "VERB");
    const size_t first = out.open();
    out.word("一", "NUM");
    out.word(animal_.measure, "NOUN");
    out.word(animal_.text, "NOUN");
    out.close(first, kNounPhrase);
  }
  last_person_ = -1;
  return finish(out);
}

SampleSentence ChineseStoryteller::passive() {
  SentenceBuilder out;
  const auto index = draws_.below(4);
  if (chance(0.3)) {
    thing(out, static_cast<int>(index));
    out.word("是", "VERB");
    out.word("用", "ADP");
    out.word(things_[index].material, "NOUN");
    out.word(pick(chineseLexicon().making_verbs), "VERB");
    out.word("的", "PART");
  } else {
    thing(out, static_cast<int>(index));
    out.word("被", "ADP");
    otherPerson(out, -1);
    out.word(pick(chineseLexicon().done_verbs), "VERB");
    out.word("了", "AUX");
  }
  last_person_ = -1;
  return finish(out);
}

SampleSentence ChineseStoryteller::coordination() {
  constexpr std::array kJunctions = {"， 然后 | PUNCT ADV", "， 又 | PUNCT ADV", "， 不过 | PUNCT CCONJ",
                                     "； 后来 | PUNCT NOUN"};
  SentenceBuilder out;
  const int who = subject(out);
  if (chance(0.3)) {
    const ChineseLexicon& words = chineseLexicon();
    out.word("一边", "ADV");
    out.word(pick(words.idle_verbs), "VERB");
    comma(out);
    out.word("一边", "ADV");
    out.word(pick(words.idle_verbs), "VERB");
    return finish(out);
  }
  predicate(out, who);
  add(out, kJunctions[draws_.below(kJunctions.size())]);
  predicate(out, who);
  return finish(out);
}

SampleSentence ChineseStoryteller::possession() {
  SentenceBuilder out;
  const int person = people_[1].introduced ? static_cast<int>(draws_.below(2)) : 0;
  nameOrPronoun(out, person);
  const size_t verb = out.open();
  if (chance(0.3)) {
    manner(out);
  }
  out.word(pick(chineseLexicon().thing_verbs), "VERB");
  out.word("了", "AUX");
  const size_t first = out.open();
  add(out, "自己 的 | PRON PART");
  out.word(pick(chineseLexicon().things).text, "NOUN");
  out.close(first, kNounPhrase);
  out.close(verb, kVerbPhrase);
  return finish(out);
}

SampleSentence ChineseStoryteller::comparison() {
  SentenceBuilder out;
  const auto index = draws_.below(4);
  thing(out, static_cast<int>(index));
  const size_t verb = out.open();
  out.word("比", "ADP");
  thing(out, static_cast<int>((index + 1) % 4));
  if (chance(0.5)) {
    out.word("更", "ADV");
  }
  out.word(things_[index].state, "ADJ");
  out.close(verb, kVerbPhrase);
  last_person_ = -1;
  return finish(out);
}

SampleSentence ChineseStoryteller::listing() {
  const ChineseLexicon& words = chineseLexicon();
  SentenceBuilder out;
  subject(out);
  const size_t verb = out.open();
  out.word(pick(words.thing_verbs), "VERB");
  out.word("了", "AUX");
  const size_t first = out.open();
  std::vector<std::string> items;
  while (items.size() < 3) {
    const std::string& item = pick(words.things).text;
    if (std::find(items.begin(), items.end(), item) == items.end()) {
      items.push_back(item);
    }
  }
  out.word(items[0], "NOUN");
  out.word("、", "PUNCT");
  out.word(items[1], "NOUN");
  out.word("和", "CCONJ");
  out.word(items[2], "NOUN");
  out.close(first, kNounPhrase);
  out.close(verb, kVerbPhrase);
  return finish(out);
}

SampleSentence ChineseStoryteller::feeling() {
  const ChineseLexicon& words = chineseLexicon();
  SentenceBuilder out;
  const int person = last_person_ >= 0 ? last_person_ : 0;
  nameOrPronoun(out, person);
  const size_t verb = out.open();
  out.word(pick(words.manner_verbs), "VERB");
  out.word("得", "PART");
  out.word(pick(words.degree_adverbs), "ADV");
  out.word(pick(words.feelings), "ADJ");
  out.close(verb, kVerbPhrase);
  comma(out);
  out.word("因为", "SCONJ");
  laterClause(out);
  return finish(out);
}

SampleSentence ChineseStoryteller::ending() {
  SentenceBuilder out;
  add(out, "第二 天 ， | NUM NOUN PUNCT");
  nameOrPronoun(out, 0);
  predicate(out, 0);
  comma(out);
  add(out, "最后 | NOUN");
  idiom(out, pick(chineseLexicon().state_idioms), "ADJ");
  return finish(out);
}

}  // namespace heddle::sample
