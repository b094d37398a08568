# Finds a librdkafka that is new enough and gives it the name freshet::rdkafka.
#
# Order: -DFRESHET_LIBRDKAFKA=PREFIX (or the environment variable), a system library, the copy that
# scripts/setup built into its cache. Older ones distort what is measured (leader changes, prefetch, lost
# compression), so they are refused rather than used.
set(FRESHET_RDKAFKA_MINIMUM 2.11.1)
set(FRESHET_RDKAFKA_BUILT 2.15.1)

if(DEFINED ENV{FRESHET_CACHE})
  set(_cache "$ENV{FRESHET_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(_cache "$ENV{XDG_CACHE_HOME}/freshet")
else()
  set(_cache "$ENV{HOME}/.cache/freshet")
endif()
set(FRESHET_LIBRDKAFKA "$ENV{FRESHET_LIBRDKAFKA}" CACHE PATH "Prefix of a librdkafka to use instead of the system's")

pkg_check_modules(SYSTEM_RDKAFKA QUIET IMPORTED_TARGET "rdkafka>=${FRESHET_RDKAFKA_MINIMUM}")
set(_prefix "${FRESHET_LIBRDKAFKA}")
if(NOT _prefix AND NOT SYSTEM_RDKAFKA_FOUND)
  set(_prefix "${_cache}/librdkafka-${FRESHET_RDKAFKA_BUILT}")
endif()

if(_prefix)
  set(ENV{PKG_CONFIG_PATH} "${_prefix}/lib/pkgconfig")
  pkg_check_modules(BUILT_RDKAFKA QUIET rdkafka)
  if(NOT BUILT_RDKAFKA_FOUND OR BUILT_RDKAFKA_VERSION VERSION_LESS FRESHET_RDKAFKA_MINIMUM)
    message(FATAL_ERROR
      "freshet needs librdkafka ${FRESHET_RDKAFKA_MINIMUM} or newer; "
      "found '${BUILT_RDKAFKA_VERSION}' under ${_prefix}.\n"
      "Run scripts/setup once: it builds ${FRESHET_RDKAFKA_BUILT} into a cache folder outside the sources. "
      "Or name another with -DFRESHET_LIBRDKAFKA=PREFIX.")
  endif()
  find_package(OpenSSL REQUIRED)
  add_library(freshet_rdkafka INTERFACE)
  target_include_directories(freshet_rdkafka SYSTEM INTERFACE "${_prefix}/include")
  target_link_libraries(freshet_rdkafka INTERFACE
    "${_prefix}/lib/librdkafka.a" sasl2 zstd OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB
    Threads::Threads ${CMAKE_DL_LIBS} m rt)
  message(STATUS "librdkafka ${BUILT_RDKAFKA_VERSION} (static, ${_prefix})")
else()
  add_library(freshet_rdkafka INTERFACE)
  target_link_libraries(freshet_rdkafka INTERFACE PkgConfig::SYSTEM_RDKAFKA)
  message(STATUS "librdkafka ${SYSTEM_RDKAFKA_VERSION} (system)")
endif()
add_library(freshet::rdkafka ALIAS freshet_rdkafka)
