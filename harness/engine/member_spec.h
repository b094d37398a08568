// What the plan says of each member of a pass, as its role and its client are to be made.
#pragma once

#include "harness/engine/context.h"
#include "harness/engine/member_role.h"

namespace freshet::engine {

// REQUIRES: pass < context.passes.size(), index < its members.
MemberSpec member_spec(const Context& context, std::size_t pass, int index);

// Where both say something of a key, `stronger` wins.
cluster::Settings merged(cluster::Settings weaker, const cluster::Settings& stronger);

}  // namespace freshet::engine
