#include "service/standing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
	INTERVAL_SIZE = 24, /* of 64 bits in digits */
};

static const char *const keys[STANDING_COUNT] = {
	"StateDirectory",
	"ControlSocket",
	"PublicURL",
	"Listen",
	"SafetyPollInterval",
};

struct values {
	const char *of[STANDING_COUNT];
	char interval[INTERVAL_SIZE];
};

static void read_values(const struct config *config, struct values *ret)
{
	(void)snprintf(
		ret->interval, INTERVAL_SIZE, "%llu", (unsigned long long)config->safety_interval);
	ret->of[0] = config->state_directory;
	ret->of[1] = config->control_socket;
	ret->of[2] = config->public_url;
	ret->of[3] = config->listen;
	ret->of[4] = ret->interval;
}

int standing_take(const struct config *config, struct standing *ret)
{
	struct standing standing = {0};
	struct values values;

	read_values(config, &values);
	for (size_t i = 0; i < STANDING_COUNT; i++) {
		standing.values[i] = values.of[i] ? strdup(values.of[i]) : NULL;
		if (values.of[i] && !standing.values[i]) {
			standing_clear(&standing);
			return -ENOMEM;
		}
	}
	*ret = standing;
	return 0;
}

void standing_clear(struct standing *standing)
{
	for (size_t i = 0; i < STANDING_COUNT; i++)
		free(standing->values[i]);
	*standing = (struct standing){0};
}

static bool differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

void standing_warn(const struct standing *standing, const struct config *config)
{
	struct values now;

	read_values(config, &now);
	for (size_t i = 0; i < STANDING_COUNT; i++)
		if (differ(standing->values[i], now.of[i]))
			log_write(LOG_WARNING, NULL, NULL,
				"%s= has changed; restart wirewatchd to apply it", keys[i]);
}
