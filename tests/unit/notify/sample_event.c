#include "sample_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

const char *const sample_events[5] = {
	"story_new", "story_update", "feed_failing", "hostile", "digest"};

json_t *sample_event(const char *name)
{
	char path[512];
	json_t *event;

	(void)snprintf(path, sizeof(path), "%s/%s.json", TEST_DATA, name);
	event = json_load_file(path, 0, NULL);
	assert_non_null(event);
	return event;
}

struct alert sample_alert(const json_t *event, struct arena *arena)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	const char *id = json_string_value(json_object_get(event, "id"));
	const json_t *data = json_object_get(event, "data");
	struct alert alert = {
		.type = event_type_from_string(type),
		.time = UINT64_C(1795256100) * USEC_SEC,
		.topic = json_string_value(json_object_get(data, "topic")),
		.story = json_string_value(json_object_get(json_object_get(data, "story"), "id")),
	};
	char *text = json_dumps(event, JSON_COMPACT);

	(void)snprintf(alert.id.text, sizeof(alert.id.text), "%s", id);
	alert.event = arena_strdup(arena, text);
	free(text);
	return alert;
}
