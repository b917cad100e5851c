# Decides whether the CUDA plug-in is built (HEDDLE_CUDA_BUILT) and says why not in one line; heddle_cuda_plugin() makes a module
# one. Included by engine/kernels/cuda alone: CUDA is enabled for that folder only.
#
# HEDDLE_CUDA = AUTO: where nvcc and LibTorch's CUDA part are found; REQUIRED: an error where they are not; OFF.
# A GPU is not needed to build, nor are the libraries behind libtorch_cuda.so (cuBLAS, cuDNN ...): they are looked for at load time.

set(HEDDLE_CUDA_BUILT FALSE)
set(_why_not "")
if(HEDDLE_CUDA STREQUAL "OFF")
  set(_why_not "HEDDLE_CUDA is OFF")
else()
  # The plug-in shares LibTorch's CUDA runtime, whose interface is that of CUDA 13. A cluster's CUDA_HOME and a distribution's
  # PATH often hold another; the one that packaging/setup fetched fits.
  function(heddle_is_cuda13 accepted candidate)
    execute_process(COMMAND ${candidate} --version OUTPUT_VARIABLE _says ERROR_QUIET)
    if(NOT _says MATCHES "release 13\\.")
      set(${accepted} FALSE PARENT_SCOPE)
    endif()
  endfunction()
  find_program(HEDDLE_NVCC nvcc HINTS $ENV{CUDA_HOME}/bin $ENV{CUDA_PATH}/bin ${HeddleTorch_ROOT}/../nvidia/cu13/bin
    PATHS /usr/local/cuda/bin VALIDATOR heddle_is_cuda13 DOC "CUDA 13 compiler for the plug-in")
  find_program(HEDDLE_CUDA_HOST_COMPILER NAMES g++ g++-12 g++-13 g++-14 DOC "Host compiler under nvcc")
  if(NOT HEDDLE_NVCC)
    set(_why_not "no nvcc of CUDA 13 was found (run packaging/setup --cuda, or install a CUDA 13 toolkit)")
  elseif(NOT HEDDLE_CUDA_HOST_COMPILER)
    set(_why_not "g++, which nvcc compiles with, was not found")
  elseif(NOT TARGET Torch::cuda)
    set(_why_not "this LibTorch has no libtorch_cuda.so")
  else()
    # One that the user named was not looked for.
    set(_fits TRUE)
    heddle_is_cuda13(_fits ${HEDDLE_NVCC})
    if(NOT _fits)
      set(_why_not "${HEDDLE_NVCC} is not of CUDA 13, as LibTorch 2.11 is")
    endif()
  endif()
endif()
if(NOT _why_not)
  get_filename_component(_nvcc "${HEDDLE_NVCC}" REALPATH)
  get_filename_component(_toolkit_root "${_nvcc}" DIRECTORY)
  get_filename_component(_toolkit_root "${_toolkit_root}" DIRECTORY)
  # The runtime that LibTorch will load too, first that of its own wheels.
  find_file(HEDDLE_CUDART libcudart.so.13
    PATHS ${HeddleTorch_ROOT}/../nvidia/cu13/lib ${HeddleTorch_ROOT}/lib ${_toolkit_root}/lib64
          ${_toolkit_root}/targets/x86_64-linux/lib
    NO_DEFAULT_PATH DOC "CUDA runtime library")
  find_path(HEDDLE_CUDA_INCLUDE_DIR cuda_runtime_api.h
    PATHS ${_toolkit_root}/include ${_toolkit_root}/targets/x86_64-linux/include NO_DEFAULT_PATH
    DOC "Headers of the CUDA toolkit")
  if(NOT HEDDLE_CUDART)
    set(_why_not "libcudart.so.13 was found neither beside LibTorch nor in ${_toolkit_root}")
  elseif(NOT HEDDLE_CUDA_INCLUDE_DIR)
    set(_why_not "cuda_runtime_api.h was not found in ${_toolkit_root}")
  endif()
endif()

if(_why_not)
  if(HEDDLE_CUDA STREQUAL "REQUIRED")
    message(FATAL_ERROR "The CUDA plug-in is required (HEDDLE_CUDA), but ${_why_not}")
  endif()
  message(STATUS "CUDA plug-in: left out, ${_why_not}")
  return()
endif()

set(HEDDLE_CUDA_BUILT TRUE)
set(CMAKE_CUDA_COMPILER ${HEDDLE_NVCC})
set(CMAKE_CUDA_HOST_COMPILER ${HEDDLE_CUDA_HOST_COMPILER})
set(CMAKE_CUDA_ARCHITECTURES 80-real 90-real 90-virtual)
enable_language(CUDA)
# CMake 3.25 does not know that nvcc 12 and later take C++20.
set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
set(CMAKE_CUDA_FLAGS_RELWITHDEBINFO "-O3 -lineinfo")
set(CMAKE_CUDA_FLAGS_RELEASE "-O3 -DNDEBUG")
message(STATUS "CUDA plug-in: built with ${HEDDLE_NVCC}")

# heddle_cuda_plugin(TARGET FILE): what a module of .cu and _cuda.cpp files needs to be libFILE.so.
function(heddle_cuda_plugin name file)
  target_link_libraries(${name} PRIVATE heddle_torch Torch::cuda ${HEDDLE_CUDART})
  target_precompile_headers(${name} REUSE_FROM heddle_torch_pch)
  target_include_directories(${name} SYSTEM PRIVATE ${HEDDLE_CUDA_INCLUDE_DIR})
  target_compile_options(${name} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CUDA>,$<BOOL:${HEDDLE_WERROR}>>:-Werror=all-warnings>
    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>)
  # libtorch_cuda.so is needed for what it registers when loaded, though no symbol of it may be used; and what it needs in turn
  # may be missing on the machine that builds.
  target_link_options(${name} PRIVATE -Wl,--no-as-needed -Wl,--allow-shlib-undefined)
  set_target_properties(${name} PROPERTIES
    OUTPUT_NAME ${file} PREFIX lib LINKER_LANGUAGE CXX
    CUDA_RUNTIME_LIBRARY None CUDA_VISIBILITY_PRESET hidden
    INSTALL_RPATH "$ORIGIN"
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/heddle)
endfunction()
