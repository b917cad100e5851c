# heddle_layer(NAME SOURCES ... [LINKS ...] [PRIVATE_LINKS ...]): one layer of the program as a static library.
# A layer sees only the headers of what it links, so an include against the arrows of the architecture does not link.
function(heddle_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC heddle_flags ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
endfunction()

# heddle_torch_layer(...): the same with LibTorch and the one precompiled header of its users.
function(heddle_torch_layer name)
  heddle_layer(${name} ${ARGN})
  target_link_libraries(${name} PUBLIC heddle_torch)
  target_precompile_headers(${name} REUSE_FROM heddle_torch_pch)
endfunction()
