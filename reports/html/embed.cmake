# cmake -DOUTPUT=run_page.cc -DFUNCTION=run_page -DPAGE=report.html -DSTYLES=a.css,b.css -DSCRIPTS=a.js,b.js -DLICENCE=FILE
#       -P embed.cmake
# Writes a C++ file that defines FUNCTION (reports/html_page.h).
cmake_minimum_required(VERSION 3.25)

function(texts_of files out)
  string(REPLACE "," ";" list "${files}")
  set(all "")
  foreach(file IN LISTS list)
    file(READ "${file}" text)
    string(APPEND all "${text}\n")
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

texts_of("${PAGE}" page)
texts_of("${STYLES}" styles)
texts_of("${SCRIPTS}" scripts)
texts_of("${LICENCE}" licence)
foreach(text IN ITEMS "${styles}" "${scripts}" "${licence}")
  if(text MATCHES "</(script|style|pre)")
    message(FATAL_ERROR "a file of the page holds ${CMAKE_MATCH_0}, which would end its block")
  endif()
endforeach()
string(REPLACE "@STYLES@" "${styles}" page "${page}")
string(REPLACE "@SCRIPTS@" "${scripts}" page "${page}")
string(REPLACE "@LICENCE@" "${licence}" page "${page}")
string(FIND "${page}" "@DATA@" at)
math(EXPR behind "${at} + 6")
string(SUBSTRING "${page}" 0 ${at} before)
string(SUBSTRING "${page}" ${behind} -1 after)
file(WRITE "${OUTPUT}" "// Generated from reports/html.
#include \"reports/html_page.h\"

namespace freshet::reports {

PageFrame ${FUNCTION}() {
  return {R\"__html__(${before})__html__\",
          R\"__html__(${after})__html__\"};
}

}  // namespace freshet::reports
")
