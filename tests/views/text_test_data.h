// Finished values as the window hands them to the Text view.

#pragma once

#include "views/text/comparison_data.h"
#include "views/text/tokenized_text.h"

namespace heddle::ui {

//  n e w   y o r k   h u b s   ☃
// [new   ][york   ][hub][##s][[UNK]]     words: the coarse grain knows "new york"
// [new york       ][hubs    ][     ]
// [n][ew][ y][ork]...                    letters: another reading of the same text
TokenizedTextPtr newYork();

// "words" and "letters" over news.txt.
ComparisonData twoTokenizers();

}  // namespace heddle::ui
