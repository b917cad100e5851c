// A library with the part of the NVIDIA driver's interface that the plug-in's loader asks, for machines
// without one. A test sets the answers.

#include <cstdio>

extern "C" {

int fake_init = 0;
int fake_version = 13000;
int fake_count = 1;
int fake_major = 9;
int fake_minor = 0;

int cuInit(unsigned) {
  return fake_init;
}
int cuDriverGetVersion(int* version) {
  *version = fake_version;
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = fake_count;
  return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  *value = attribute == 75 ? fake_major : attribute == 76 ? fake_minor : -1;
  return device < fake_count ? 0 : 101;
}
int cuDeviceGetName(char* name, int size, int device) {
  std::snprintf(name, static_cast<size_t>(size), "Fake %d", device);
  return 0;
}
int cuGetErrorString(int, const char** text) {
  *text = "what went wrong";
  return 0;
}

}  // extern "C"
