// The engine's comparison of tokenisers: how it is asked for, and its answer as the view draws it.

#pragma once

#include <QByteArray>
#include <QStringList>

#include "engine/base/result.h"
#include "views/text/comparison_data.h"

namespace heddle::ui {

// Arguments of heddle-engine; the text is that of a recipe.
QStringList comparisonArguments(const QStringList& tokenizers, const QString& recipe);

// The line {"kind": "result", ...}. `names` are what the tokenisers are called here, in the order of the
// question; the coarse grain of one follows it under the same name. Error: not such a line.
Result<ComparisonData> readComparison(const QByteArray& line, const QStringList& names);

}  // namespace heddle::ui
