# LibTorch as imported targets of our own: Torch::cpu, and Torch::cuda where libtorch_cuda.so is there.
#
# The package's own TorchConfig.cmake demands a CUDA toolkit at configure time, which a laptop does not have, so only the
# folder with include/ and lib/ is looked for, in this order:
#   1. Torch_DIR (any folder inside the LibTorch tree, as its own config file would be given), Torch_ROOT; where one of them
#      is set, nowhere else
#   2. CMAKE_PREFIX_PATH (the official zip: .../libtorch; a Python environment: .../site-packages)
#   3. the user's cache, where packaging/setup puts it: ${XDG_CACHE_HOME:-~/.cache}/heddle/libtorch-2.11.0/torch
# Each name is read as a CMake variable, then as an environment variable. packaging/setup looks in the same places.

foreach(_name Torch_DIR Torch_ROOT)
  if(NOT ${_name} AND DEFINED ENV{${_name}})
    set(${_name} "$ENV{${_name}}")
  endif()
endforeach()
set(_hints "")
if(Torch_DIR)
  get_filename_component(_folder "${Torch_DIR}" ABSOLUTE)
  foreach(_up RANGE 4)
    list(APPEND _hints "${_folder}" "${_folder}/torch")
    get_filename_component(_folder "${_folder}" DIRECTORY)
  endforeach()
endif()
list(APPEND _hints ${Torch_ROOT})
if(NOT _hints)
  file(TO_CMAKE_PATH "$ENV{CMAKE_PREFIX_PATH}" _environment)
  foreach(_prefix IN LISTS CMAKE_PREFIX_PATH _environment)
    list(APPEND _hints "${_prefix}" "${_prefix}/torch" "${_prefix}/libtorch")
  endforeach()
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(_cache "$ENV{XDG_CACHE_HOME}")
  else()
    set(_cache "$ENV{HOME}/.cache")
  endif()
  list(APPEND _hints "${_cache}/heddle/libtorch-2.11.0/torch")
endif()

# What an earlier configuration found elsewhere must not outlive a change of these variables.
if(NOT "${_hints}" STREQUAL "${HeddleTorch_HINTS}")
  foreach(_name INCLUDE_DIR CPU_LIBRARY C10_LIBRARY CUDA_LIBRARY C10_CUDA_LIBRARY GOMP_LIBRARY)
    unset(HeddleTorch_${_name} CACHE)
  endforeach()
  set(HeddleTorch_HINTS "${_hints}" CACHE INTERNAL "Where LibTorch was looked for")
endif()

find_path(HeddleTorch_INCLUDE_DIR ATen/ATen.h HINTS ${_hints} PATH_SUFFIXES include NO_DEFAULT_PATH)
get_filename_component(HeddleTorch_ROOT "${HeddleTorch_INCLUDE_DIR}" DIRECTORY)
find_library(HeddleTorch_CPU_LIBRARY torch_cpu HINTS ${HeddleTorch_ROOT}/lib NO_DEFAULT_PATH)
find_library(HeddleTorch_C10_LIBRARY c10 HINTS ${HeddleTorch_ROOT}/lib NO_DEFAULT_PATH)
find_library(HeddleTorch_CUDA_LIBRARY torch_cuda HINTS ${HeddleTorch_ROOT}/lib NO_DEFAULT_PATH)
find_library(HeddleTorch_C10_CUDA_LIBRARY c10_cuda HINTS ${HeddleTorch_ROOT}/lib NO_DEFAULT_PATH)
# The OpenMP runtime that LibTorch brings (some builds add a checksum to its name): a second one beside it would run every
# parallel loop serially. A LibTorch that brings none runs on the system's.
if(HeddleTorch_INCLUDE_DIR)
  file(GLOB _gomp RELATIVE ${HeddleTorch_ROOT}/lib ${HeddleTorch_ROOT}/lib/libgomp*.so*)
  find_library(HeddleTorch_GOMP_LIBRARY NAMES ${_gomp} libgomp.so.1 HINTS ${HeddleTorch_ROOT}/lib)
endif()

if(HeddleTorch_INCLUDE_DIR AND EXISTS "${HeddleTorch_INCLUDE_DIR}/torch/headeronly/version.h")
  file(STRINGS "${HeddleTorch_INCLUDE_DIR}/torch/headeronly/version.h" _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]")
  string(REGEX REPLACE "[^0-9;]+" "" _numbers "${_lines}")
  list(JOIN _numbers "." HeddleTorch_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(HeddleTorch
  REQUIRED_VARS HeddleTorch_CPU_LIBRARY HeddleTorch_C10_LIBRARY HeddleTorch_GOMP_LIBRARY HeddleTorch_INCLUDE_DIR
  VERSION_VAR HeddleTorch_VERSION
  REASON_FAILURE_MESSAGE "run packaging/setup, or set Torch_DIR to a LibTorch 2.11 folder"
  HANDLE_VERSION_RANGE)

if(HeddleTorch_FOUND AND NOT TARGET Torch::cpu)
  add_library(Torch::c10 SHARED IMPORTED GLOBAL)
  set_target_properties(Torch::c10 PROPERTIES IMPORTED_LOCATION ${HeddleTorch_C10_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES "${HeddleTorch_INCLUDE_DIR};${HeddleTorch_INCLUDE_DIR}/torch/csrc/api/include")
  add_library(Torch::cpu SHARED IMPORTED GLOBAL)
  set_target_properties(Torch::cpu PROPERTIES IMPORTED_LOCATION ${HeddleTorch_CPU_LIBRARY}
    INTERFACE_LINK_LIBRARIES "Torch::c10;${HeddleTorch_GOMP_LIBRARY}")
  if(HeddleTorch_CUDA_LIBRARY)
    add_library(Torch::cuda SHARED IMPORTED GLOBAL)
    set_target_properties(Torch::cuda PROPERTIES IMPORTED_LOCATION ${HeddleTorch_CUDA_LIBRARY}
      INTERFACE_LINK_LIBRARIES "Torch::cpu;${HeddleTorch_C10_CUDA_LIBRARY}")
  endif()
endif()
mark_as_advanced(HeddleTorch_INCLUDE_DIR HeddleTorch_CPU_LIBRARY HeddleTorch_C10_LIBRARY HeddleTorch_CUDA_LIBRARY
  HeddleTorch_C10_CUDA_LIBRARY HeddleTorch_GOMP_LIBRARY)
