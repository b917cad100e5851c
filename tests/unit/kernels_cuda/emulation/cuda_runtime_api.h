// Stands in for the CUDA runtime's header where kernels are compiled as C++ for the emulator.

#pragma once

#include <cstdint>

using cudaStream_t = void*;
