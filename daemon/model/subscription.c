#include "model/subscription.h"

#include "model/enum_names.h"

static const char *const state_names[] = {
	[SUBSCRIPTION_ASKED] = "asked",
	[SUBSCRIPTION_ACTIVE] = "active",
	[SUBSCRIPTION_DENIED] = "denied",
	[SUBSCRIPTION_LEAVING] = "leaving",
};

DEFINE_ENUM_NAMES(subscription_state, enum subscription_state, state_names)
