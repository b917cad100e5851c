#include "engine/text/sample_lexicon.h"

#include <array>
#include <sstream>

namespace heddle::sample {
namespace {

// Lists are separated by commas; "loaf/loaves" gives an irregular plural, "take took taken" the forms of an
// irregular verb.
constexpr const char* kFeminineNames =
    "Anna, Berta, Clara, Dora, Edith, Flora, Greta, Hanna, Irene, Julia, Karin, Laura, Marta, Nora, Olga, "
    "Paula, Rosa, Selma, "
    "Thea, Vera";
constexpr const char* kMasculineNames =
    "Adam, Bruno, Conrad, David, Emil, Felix, Gustav, Hugo, Ivan, Jonas, Karl, Leon, Martin, Nils, Oscar, "
    "Peter, Robert, Simon, "
    "Thomas, Victor";
constexpr const char* kRoles =
    "weaver, baker, sailor, teacher, farmer, doctor, painter, merchant, gardener, miller, carpenter, tailor, "
    "clerk, soldier, "
    "student, neighbour, traveller, singer, judge, nurse, shepherd, hunter, printer, potter, cook, captain, "
    "librarian, engineer, "
    "driver, watchmaker, visitor, cousin, stranger, widow, inspector, apprentice, musician, porter, guard, "
    "mayor, child/children, "
    "fisherman/fishermen, postman/postmen, craftsman/craftsmen, scholar, butcher, messenger, innkeeper, "
    "dancer, poet";
constexpr const char* kThings =
    "lamp, basket, letter, loom, thread, blanket, chair, table, mirror, clock, book, map, key, bottle, "
    "hammer, ladder, wheel, "
    "cart, rope, coat, hat, shoe, ring, coin, drum, violin, picture, window, door, box/boxes, brush/brushes, "
    "dish/dishes, "
    "bench/benches, watch/watches, torch/torches, glass/glasses, dress/dresses, knife/knives, loaf/loaves, "
    "shelf/shelves, "
    "scarf/scarves, apple, pear, plum, melon, onion, carrot, cheese, cake, pie, jar, barrel, sack, bucket, "
    "candle, needle, "
    "button, ribbon, curtain, carpet, pillow, cushion, kettle, spoon, fork, plate, bowl, cup, pan, oven, "
    "stove, broom, spade, "
    "saw, nail, plank, brick, stone, shell, feather, flower, rose, tulip, branch/branches, leaf/leaves, "
    "seed, parcel, stamp, "
    "newspaper, ticket, diary/diaries, notebook, pencil, flag, bell, whistle, kite, puppet, boat, oar, sail, "
    "anchor, net, lantern, "
    "wagon, saddle, bridle, umbrella, suitcase, wallet, medal";
constexpr const char* kAnimals =
    "dog, cat, horse, goat, sheep/sheep, hen, goose/geese, duck, cow, donkey, rabbit, fox/foxes, owl, raven, "
    "swan, mouse/mice, "
    "bear, wolf/wolves, sparrow, trout/trout";
constexpr const char* kPlaces =
    "harbour, market, bridge, mill, church/churches, school, garden, forest, meadow, river, hill, valley, "
    "village, castle, "
    "tower, library/libraries, kitchen, cellar, attic, workshop, stable, barn, bakery/bakeries, inn, "
    "theatre, museum, hospital, "
    "station, park, street, square, well, fountain, cottage, farm, orchard, field, beach/beaches, "
    "lighthouse, island, cave, "
    "quarry/quarries, chapel, gate, court";
constexpr const char* kMaterials =
    "wood, wool, silk, iron, silver, gold, copper, leather, paper, linen, clay, marble, straw, wax, cotton";
constexpr const char* kLooks =
    "red, blue, green, yellow, black, white, brown, grey, small, large, round, long, short, thin, thick, "
    "golden, wooden, narrow, "
    "wide, painted, striped, purple, tiny, huge";
constexpr const char* kStates =
    "old, new, heavy, light, broken, clean, dusty, soft, hard, cheap, expensive, plain, rusty, empty, full, "
    "warm, cold, dry, wet, "
    "rare, strange, famous, fragile, bright, dark, crooked, smooth, rough, dirty, precious";
constexpr const char* kPersonAdjectives =
    "young, old, tall, quiet, cheerful, patient, proud, clever, careful, brave, shy, generous, stubborn, "
    "tired, "
    "curious, famous, poor, rich, lonely, gentle, polite, busy, lazy, wise, nervous, friendly, skilful, "
    "serious, restless";
constexpr const char* kPlaceAdjectives =
    "quiet, crowded, old, empty, distant, narrow, sunny, dark, green, windy, little, ruined, famous, "
    "peaceful, muddy";
constexpr const char* kMannerAdverbs =
    "slowly, quickly, carefully, quietly, gladly, badly, proudly, gently, suddenly, secretly, openly, "
    "firmly, politely, angrily, "
    "patiently, nervously, calmly, eagerly, silently, bravely, sadly, cheerfully, softly, loudly, neatly";
constexpr const char* kDegreeAdverbs = "very, rather, quite, surprisingly, unusually, fairly";
constexpr const char* kThingVerbs =
    "carry, repair, paint, clean, weigh weighed weighed, polish, borrow, examine, fold, lift, open, close, "
    "count, cover, collect, "
    "drop, gather, guard, inspect, load, measure, move, need, notice, order, pack, pull, push, reach, "
    "receive, return, save, "
    "search, select, store, touch, turn, use, wash, wrap wrapped wrapped, admire, damage, deliver, describe, "
    "buy bought bought, "
    "sell sold sold, find found found, lose lost lost, hide hid hidden, steal stole stolen, choose chose "
    "chosen, draw drew drawn, "
    "break broke broken, keep kept kept, hold held held, bring brought brought, leave left left, take took "
    "taken, see saw seen, "
    "forget forgot forgotten";
constexpr const char* kPersonVerbs =
    "help, thank, visit, follow, greet, trust, warn, remember, invite, watch, call, admire, answer, avoid, "
    "convince, welcome, "
    "question, recognise, recommend, surprise, please, obey, envy, accuse, praise, scold, amuse, interrupt, "
    "encourage, reward, "
    "meet met met, teach taught taught, know knew known, understand understood understood, forgive forgave "
    "forgiven, tell told "
    "told, find found found, hear heard heard, see saw seen, leave left left";
constexpr const char* kIdleVerbs =
    "wait, laugh, rest, smile, sigh, work, listen, dream, hesitate, dance, cough, whisper, shout, cry, "
    "complain, pray, shiver, "
    "sleep slept slept, sing sang sung, sit sat sat, stand stood stood, weep wept wept, stay, wonder, nod "
    "nodded nodded";
constexpr const char* kMotionVerbs =
    "walk, hurry, travel travelled travelled, return, march, wander, stroll, rush, run ran run, go went "
    "gone, ride rode ridden, "
    "drive drove driven, come came come";
constexpr const char* kSayingVerbs =
    "claim, believe, hope, explain, insist, suspect, admit admitted admitted, doubt, notice, promise, "
    "remember, announce, say "
    "said said, know knew known, think thought thought, hear heard heard, feel felt felt, learn";
constexpr const char* kGivingVerbs =
    "hand, offer, show showed shown, give gave given, lend lent lent, send sent sent, sell sold sold, bring "
    "brought brought, "
    "promise, return";
constexpr const char* kMakingVerbs =
    "make made made, build built built, design, finish, mend, decorate, carve, weave wove woven, prepare, "
    "assemble";
// The verbs that idioms begin with.
constexpr const char* kIdiomHeads =
    "keep kept kept, take took taken, get got got, make made made, look, catch caught caught, lose lost "
    "lost, pay paid paid, put "
    "put put, run ran run, lay laid laid, come came come, do did done, think thought thought, call, break "
    "broke broken, hit hit "
    "hit, burn, lend lent lent, turn, tell told told, save, miss, spill";

// "words | parts of speech"
constexpr std::array kTowns = {
    "Port Ellery | PROPN PROPN",  "New Harlow | PROPN PROPN",   "Saint Orren | PROPN PROPN",
    "Upper Selby | PROPN PROPN",  "Lake Verrin | PROPN PROPN",  "Mount Caldry | PROPN PROPN",
    "North Aldern | PROPN PROPN", "Castle Brenn | PROPN PROPN", "Little Marsh | PROPN PROPN",
    "East Tolland | PROPN PROPN", "Fort Hadley | PROPN PROPN",  "Great Wexley | PROPN PROPN",
};
constexpr std::array kAdverbials = {
    "out of the blue | ADP ADP DET NOUN",
    "all of a sudden | PRON ADP DET ADJ",
    "at long last | ADP ADJ NOUN",
    "sooner or later | ADV CCONJ ADV",
    "once in a while | ADV ADP DET NOUN",
    "from time to time | ADP NOUN ADP NOUN",
    "little by little | ADJ ADP ADJ",
    "step by step | NOUN ADP NOUN",
    "day by day | NOUN ADP NOUN",
    "for the time being | ADP DET NOUN VERB",
    "as a matter of fact | ADP DET NOUN ADP NOUN",
    "in the long run | ADP DET ADJ NOUN",
    "by and large | ADV CCONJ ADJ",
    "on the other hand | ADP DET ADJ NOUN",
    "at the same time | ADP DET ADJ NOUN",
    "once and for all | ADV CCONJ ADP PRON",
    "against all odds | ADP DET NOUN",
    "in broad daylight | ADP ADJ NOUN",
    "now and then | ADV CCONJ ADV",
    "to say the least | PART VERB DET ADJ",
    "more or less | ADV CCONJ ADV",
    "without a doubt | ADP DET NOUN",
    "in no time | ADP DET NOUN",
    "as usual | ADP ADJ",
    "after all | ADP PRON",
    "of course | ADP NOUN",
    "on purpose | ADP NOUN",
    "by chance | ADP NOUN",
    "in the end | ADP DET NOUN",
    "to everyone's surprise | ADP PRON NOUN",
};
constexpr std::array kObjectVerbs = {
    "keep an eye on | VERB DET NOUN ADP",
    "take care of | VERB NOUN ADP",
    "get rid of | VERB ADJ ADP",
    "make use of | VERB NOUN ADP",
    "look forward to | VERB ADV ADP",
    "catch sight of | VERB NOUN ADP",
    "lose track of | VERB NOUN ADP",
    "pay attention to | VERB NOUN ADP",
    "put up with | VERB ADP ADP",
    "run out of | VERB ADP ADP",
    "make fun of | VERB NOUN ADP",
    "get hold of | VERB NOUN ADP",
    "take advantage of | VERB NOUN ADP",
    "look down on | VERB ADV ADP",
    "make room for | VERB NOUN ADP",
    "take pride in | VERB NOUN ADP",
    "lay claim to | VERB NOUN ADP",
    "come across | VERB ADP",
    "do without | VERB ADP",
    "look after | VERB ADP",
    "get used to | VERB ADJ ADP",
    "think highly of | VERB ADV ADP",
};
constexpr std::array kIdleIdioms = {
    "call it a day | VERB PRON DET NOUN",
    "break the ice | VERB DET NOUN",
    "hit the road | VERB DET NOUN",
    "burn the midnight oil | VERB DET NOUN NOUN",
    "lose heart | VERB NOUN",
    "make a living | VERB DET NOUN",
    "take a break | VERB DET NOUN",
    "lend a hand | VERB DET NOUN",
    "turn a blind eye | VERB DET ADJ NOUN",
    "keep a secret | VERB DET NOUN",
    "take the blame | VERB DET NOUN",
    "save the day | VERB DET NOUN",
    "miss the boat | VERB DET NOUN",
    "spill the beans | VERB DET NOUN",
    "tell the truth | VERB DET NOUN",
    "keep the peace | VERB DET NOUN",
};
constexpr std::array kCompounds = {
    "spinning wheel | NOUN NOUN", "pocket watch | NOUN NOUN",   "fishing boat | NOUN NOUN",
    "weather vane | NOUN NOUN",   "printing press | NOUN NOUN", "sewing machine | NOUN NOUN",
    "oil lamp | NOUN NOUN",       "wedding dress | NOUN NOUN",  "music box | NOUN NOUN",
    "walking stick | NOUN NOUN",  "writing desk | NOUN NOUN",   "picture frame | NOUN NOUN",
    "rocking chair | NOUN NOUN",  "tin whistle | NOUN NOUN",    "water wheel | NOUN NOUN",
    "silver spoon | NOUN NOUN",   "bread knife | NOUN NOUN",    "love letter | NOUN NOUN",
    "treasure map | NOUN NOUN",   "family tree | NOUN NOUN",
};
constexpr std::array kSites = {
    "market square | NOUN NOUN",   "town hall | NOUN NOUN",     "post office | NOUN NOUN",
    "railway station | NOUN NOUN", "coffee house | NOUN NOUN",  "city wall | NOUN NOUN",
    "fire station | NOUN NOUN",    "village green | NOUN NOUN", "summer house | NOUN NOUN",
    "botanical garden | ADJ NOUN", "concert hall | NOUN NOUN",  "primary school | ADJ NOUN",
};
constexpr std::array kPrepositions = {
    "in front of | ADP NOUN ADP",          "next to | ADV ADP",      "on top of | ADP NOUN ADP",
    "in the middle of | ADP DET NOUN ADP", "close to | ADV ADP",     "at the back of | ADP DET NOUN ADP",
    "in spite of | ADP NOUN ADP",          "because of | SCONJ ADP",
};

std::vector<Noun> nounsOf(std::string_view text) {
  std::vector<Noun> nouns;
  for (const std::string& item : listOf(text)) {
    const size_t slash = item.find('/');
    nouns.push_back(slash == std::string::npos ? Noun{item, pluralOf(item)}
                                               : Noun{item.substr(0, slash), item.substr(slash + 1)});
  }
  return nouns;
}

std::vector<Verb> verbsOf(std::string_view text) {
  std::vector<Verb> verbs;
  for (const std::string& item : listOf(text)) {
    verbs.push_back(verbOf(item));
  }
  return verbs;
}

template <typename Range>
std::vector<Expression> expressionsOf(const Range& range) {
  std::vector<Expression> expressions;
  for (const char* entry : range) {
    expressions.push_back(expressionOf(entry));
  }
  return expressions;
}

bool endsWithAny(std::string_view word, std::initializer_list<std::string_view> endings) {
  for (const std::string_view ending : endings) {
    if (word.ends_with(ending)) {
      return true;
    }
  }
  return false;
}

bool consonantY(std::string_view word) {
  return word.size() > 1 && word.back() == 'y' &&
         std::string_view("aeiou").find(word[word.size() - 2]) == std::string_view::npos;
}

}  // namespace

std::vector<std::string> listOf(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t end = text.find(", ");
    items.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 2);
  }
  return items;
}

Expression expressionOf(std::string_view entry) {
  // Parts of speech outlive the lexicon: they point into this list.
  constexpr std::array kTags = {"NOUN", "PROPN", "PRON", "VERB",  "AUX",   "ADJ",  "ADV",
                                "ADP",  "DET",   "NUM",  "CCONJ", "SCONJ", "PART", "PUNCT"};
  Expression expression;
  std::istringstream fields{std::string(entry)};
  std::string field;
  while (fields >> field && field != "|") {
    expression.words.push_back(field);
  }
  while (fields >> field) {
    for (const char* tag : kTags) {
      if (field == tag) {
        expression.parts_of_speech.push_back(tag);
      }
    }
  }
  return expression;
}

std::string Expression::text() const {
  std::string joined;
  for (const std::string& word : words) {
    joined += (joined.empty() ? "" : " ") + word;
  }
  return joined;
}

std::string pluralOf(std::string_view singular) {
  const std::string word(singular);
  if (consonantY(singular)) {
    return word.substr(0, word.size() - 1) + "ies";
  }
  return word + (endsWithAny(singular, {"s", "x", "ch", "sh"}) ? "es" : "s");
}

Verb verbOf(std::string_view forms) {
  std::istringstream fields{std::string(forms)};
  Verb verb;
  fields >> verb.base >> verb.past >> verb.participle;
  verb.third = verb.base == "go" || verb.base == "do" ? verb.base + "es" : pluralOf(verb.base);
  if (verb.past.empty()) {
    if (verb.base.back() == 'e') {
      verb.past = verb.base + "d";
    } else if (consonantY(verb.base)) {
      verb.past = verb.base.substr(0, verb.base.size() - 1) + "ied";
    } else if (endsWithAny(verb.base, {"drop"})) {
      verb.past = verb.base + "ped";
    } else {
      verb.past = verb.base + "ed";
    }
    verb.participle = verb.past;
  }
  return verb;
}

const Lexicon& lexicon() {
  static const Lexicon instance = [] {
    Lexicon words;
    for (const std::string& name : listOf(kFeminineNames)) {
      words.names.push_back({name, true});
    }
    for (const std::string& name : listOf(kMasculineNames)) {
      words.names.push_back({name, false});
    }
    words.roles = nounsOf(kRoles);
    words.things = nounsOf(kThings);
    words.animals = nounsOf(kAnimals);
    words.places = nounsOf(kPlaces);
    words.materials = listOf(kMaterials);
    words.looks = listOf(kLooks);
    words.states = listOf(kStates);
    words.person_adjectives = listOf(kPersonAdjectives);
    words.place_adjectives = listOf(kPlaceAdjectives);
    words.manner_adverbs = listOf(kMannerAdverbs);
    words.degree_adverbs = listOf(kDegreeAdverbs);
    words.thing_verbs = verbsOf(kThingVerbs);
    words.person_verbs = verbsOf(kPersonVerbs);
    words.idle_verbs = verbsOf(kIdleVerbs);
    words.motion_verbs = verbsOf(kMotionVerbs);
    words.saying_verbs = verbsOf(kSayingVerbs);
    words.giving_verbs = verbsOf(kGivingVerbs);
    words.making_verbs = verbsOf(kMakingVerbs);
    words.idiom_heads = verbsOf(kIdiomHeads);
    words.towns = expressionsOf(kTowns);
    words.adverbials = expressionsOf(kAdverbials);
    words.object_verbs = expressionsOf(kObjectVerbs);
    words.idle_idioms = expressionsOf(kIdleIdioms);
    words.compounds = expressionsOf(kCompounds);
    words.sites = expressionsOf(kSites);
    words.prepositions = expressionsOf(kPrepositions);
    return words;
  }();
  return instance;
}

}  // namespace heddle::sample
