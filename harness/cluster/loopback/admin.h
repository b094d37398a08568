// Administration of the loopback: set-up calls answer at once, end offsets take the way there and back.
#pragma once

#include <memory>

#include "harness/cluster/loopback/core.h"

namespace freshet::cluster::loopback {

std::unique_ptr<Admin> make_admin(std::shared_ptr<Core> core, base::Wake& wake);

}  // namespace freshet::cluster::loopback
