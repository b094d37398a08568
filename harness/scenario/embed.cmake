# cmake -DOUTPUT=library.cc -DINPUTS=a.lua,b.lua -P embed.cmake
# Writes a C++ file that defines library_modules() (library.h): the texts of the Lua files, by file name.
string(REPLACE "," ";" files "${INPUTS}")
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND entries "    {\"${name}\", R\"__lua__(${text})__lua__\"},\n")
endforeach()
set(content "// Generated from workloads/*.lua.
#include \"harness/scenario/library.h\"

namespace freshet::scenario {
namespace {

constexpr LibraryModule kModules[] = {
${entries}};

}  // namespace

std::span<const LibraryModule> library_modules() { return kModules; }

}  // namespace freshet::scenario
")
file(WRITE "${OUTPUT}" "${content}")
