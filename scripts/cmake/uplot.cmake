# Finds the chart library of the page: -DFRESHET_UPLOT=FOLDER (or the environment variable), or the copy that
# scripts/setup fetched into its cache. Sets FRESHET_UPLOT_FOLDER.
set(FRESHET_UPLOT_VERSION 1.6.32)
set(FRESHET_UPLOT "$ENV{FRESHET_UPLOT}" CACHE PATH "Folder of a uPlot package to use instead of the cache's")
set(FRESHET_UPLOT_FOLDER "${FRESHET_UPLOT}")
if(NOT FRESHET_UPLOT_FOLDER)
  set(FRESHET_UPLOT_FOLDER "${_cache}/uplot-${FRESHET_UPLOT_VERSION}")
endif()
if(NOT EXISTS "${FRESHET_UPLOT_FOLDER}/dist/uPlot.iife.min.js")
  message(FATAL_ERROR
    "freshet needs uPlot ${FRESHET_UPLOT_VERSION}; there is none in ${FRESHET_UPLOT_FOLDER}.\n"
    "Run scripts/setup once: it fetches it into a cache folder outside the sources. "
    "Or name another with -DFRESHET_UPLOT=FOLDER.")
endif()
