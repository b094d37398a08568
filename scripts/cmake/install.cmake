# cmake --install: the program, its manual page and completions as the program itself prints them, the shipped
# scenarios and the examples for CI systems. scripts/package makes packages from the same.
include(GNUInstallDirs)

# Libraries that a tarball carries with it lie here (scripts/package). Elsewhere the folder is absent and the
# system's are used. RPATH, not RUNPATH: it holds for what those libraries need themselves, too.
set_target_properties(freshet PROPERTIES INSTALL_RPATH "\$ORIGIN/../lib/freshet")
target_link_options(freshet PRIVATE -Wl,--disable-new-dtags)
install(TARGETS freshet)

set(_told ${CMAKE_BINARY_DIR}/told)
install(CODE "
  function(tell FILE)
    execute_process(COMMAND $<TARGET_FILE:freshet> \${ARGN} OUTPUT_FILE ${_told}/\${FILE} COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  file(MAKE_DIRECTORY ${_told})
  tell(freshet.1 help --man)
  tell(freshet completion bash)
  tell(_freshet completion zsh)")
install(FILES ${_told}/freshet.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${_told}/freshet DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${_told}/_freshet DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)

install(DIRECTORY scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/freshet FILES_MATCHING PATTERN "*.lua")
install(DIRECTORY scripts/ci DESTINATION ${CMAKE_INSTALL_DATADIR}/freshet)
install(FILES reports/summary.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/freshet)
install(FILES reports/grafana/freshet.json DESTINATION ${CMAKE_INSTALL_DATADIR}/freshet/grafana)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
