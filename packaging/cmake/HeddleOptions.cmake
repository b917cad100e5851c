# Options of the build, and heddle_flags: warnings, language level and sanitizers that every target of ours gets.

option(HEDDLE_WINDOW "Build the window (needs Qt 6 and QCustomPlot)" ON)
option(HEDDLE_TESTS "Build the tests" ON)
option(HEDDLE_BENCH "Build the benchmarks" ON)
option(HEDDLE_FUZZ "Build the fuzz targets with the tests, where the compiler brings libFuzzer" ON)
option(HEDDLE_WERROR "Treat warnings as errors" ON)
option(HEDDLE_SANITIZE "Address and undefined-behaviour sanitizers" OFF)
set(HEDDLE_CUDA "AUTO" CACHE STRING "The CUDA plug-in: AUTO (where nvcc is found), REQUIRED or OFF")
set_property(CACHE HEDDLE_CUDA PROPERTY STRINGS AUTO REQUIRED OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# moc 6.4 cannot read some C++20 headers once it knows the compiler's own macros.
set(CMAKE_AUTOMOC_COMPILER_PREDEFINES OFF)
# RelWithDebInfo as we want it: quick links, stack traces with lines, -O2.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")

# Installed programs find LibTorch where the build found it.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

find_program(HEDDLE_CCACHE ccache)
if(HEDDLE_CCACHE)
  # Paths inside the project count as relative, so that clones and worktrees share what they have compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${HEDDLE_CCACHE})
endif()

add_library(heddle_flags INTERFACE)
target_include_directories(heddle_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
# The same position independence everywhere, or one precompiled header could not serve several targets.
target_compile_options(heddle_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fPIC -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-unknown-warning-option>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wno-missing-field-initializers -Xclang -fno-pch-timestamp>
  # GCC 12 takes the members of a variant that is being moved for uninitialised, and the parts of a text that is put
  # together for overlapping (its bug 105651).
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-missing-field-initializers -Wno-maybe-uninitialized
    -Wno-restrict>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${HEDDLE_WERROR}>>:-Werror>)
# Clang 18 mangles templates with defaulted constraints otherwise than before and than the GCC that LibTorch is built with:
# at::Tensor::const_data_ptr<float>() would be undefined.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 18)
  target_compile_options(heddle_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fclang-abi-compat=17>)
endif()
if(HEDDLE_SANITIZE)
  target_compile_options(heddle_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer>)
  target_link_options(heddle_flags INTERFACE -fsanitize=address,undefined)
endif()

find_program(HEDDLE_LLD ld.lld)
if(HEDDLE_LLD AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  add_link_options(-fuse-ld=lld)
endif()

configure_file(${PROJECT_SOURCE_DIR}/packaging/cmake/version.h.in ${PROJECT_BINARY_DIR}/generated/heddle_version.h)
configure_file(${PROJECT_SOURCE_DIR}/packaging/cmake/source_dir.h.in ${PROJECT_BINARY_DIR}/generated/heddle_source_dir.h)

# Clang has libFuzzer, in a package of its own (libclang-rt-dev on Debian and Ubuntu); GCC has none.
if(HEDDLE_FUZZ)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS "-fsanitize=fuzzer,address")
  check_cxx_source_compiles(
    "#include <cstddef>
    #include <cstdint>
    extern \"C\" int LLVMFuzzerTestOneInput(const uint8_t*, size_t) { return 0; }"
    HEDDLE_HAS_FUZZER)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT HEDDLE_HAS_FUZZER)
    message(STATUS "Fuzz targets: not built, this compiler has no libFuzzer")
    set(HEDDLE_FUZZ OFF)
  endif()
endif()
