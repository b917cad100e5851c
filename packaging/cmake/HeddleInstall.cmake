# What belongs to the program as a whole: the target `programs`, all that a user starts and nothing of the tests, and the
# window's entry in the desktop's menu. Every other file is installed by the folder that makes it.

add_custom_target(programs)
foreach(_program heddle heddle-engine heddle_cuda)
  if(TARGET ${_program})
    add_dependencies(programs ${_program})
  endif()
endforeach()

if(TARGET heddle)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/heddle.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/heddle.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
