// What the loader asks a plug-in before it is used.

#include "heddle_version.h"

extern "C" __attribute__((visibility("default"))) const char* heddleCudaPluginVersion() {
  return heddle::kVersion;
}
