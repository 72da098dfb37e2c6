#include "commands/hook_commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "commands/commands.h"
#include "commands/hook_test.h"
#include "commands/reply.h"
#include "notify/exec_hook.h"

enum {
	DELIVERIES_AT_A_TIME = 200, /* of "all": each is a write of its own */
};

/* ---- the list ---- */

static const struct hook *find_hook(const struct command_context *context, const char *name)
{
	const struct config *config = context->config;

	for (size_t i = 0; i < config->hook_count; i++)
		if (strcmp(config->hooks[i].name, name) == 0)
			return &config->hooks[i];
	return NULL;
}

struct hook_list {
	const struct command_context *context;
	json_t *list;
	json_t *counts; /* name -> {"pending", "dead"} */
};

static int add_count(const char *hook, enum delivery_state state, uint64_t count, void *userdata)
{
	json_t *counts = userdata;
	json_t *one = json_object_get(counts, hook);

	if (!one) {
		one = json_object();
		(void)json_object_set_new(counts, hook, one);
	}
	return json_object_set_new(
		       one, delivery_state_to_string(state), json_integer((json_int_t)count)) < 0
		? -ENOMEM
		: 0;
}

static json_int_t count_of(const json_t *counts, const char *hook, const char *state)
{
	return json_integer_value(json_object_get(json_object_get(counts, hook), state));
}

static void add_hook(const struct outbox_hook *state, void *userdata)
{
	struct hook_list *hooks = userdata;
	const struct hook *hook = find_hook(hooks->context, state->name);
	usec now = clock_now(hooks->context->clock);
	json_t *value;

	if (!hook)
		return; /* its last attempts are under way */
	value = json_pack("{s:s, s:s, s:s, s:o, s:i, s:i, s:I, s:I, s:s?, s:b}", "name", hook->name,
		"kind", hook_kind_to_string(hook->kind), "state", state->condition, "held_until",
		json_time(state->held_for > 0 ? usec_add(now, state->held_for) : 0), "failures",
		(int)state->failures, "in_flight", (int)state->in_flight, "pending",
		count_of(hooks->counts, hook->name, "pending"), "dead",
		count_of(hooks->counts, hook->name, "dead"), "error", state->words, "in_unit",
		exec_hook_has_unit(hook));
	(void)json_array_append_new(hooks->list, value);
}

void hook_command_list(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	struct hook_list hooks = {context, json_array(), json_object()};
	int r;

	(void)request;
	r = store_deliveries_count(context->store, add_count, hooks.counts);
	if (r == 0)
		outbox_each_hook(context->outbox, add_hook, &hooks);
	json_decref(hooks.counts);
	reply_list(reply, "hooks", hooks.list, r);
}

void hook_command_test(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct hook *hook = find_hook(context, request->argument);

	if (hook)
		hook_tests_start(context->hook_tests, hook, request, reply);
	else
		reply_error(reply, -ENOENT, "hook");
}

/* ---- all dead letters ---- */

struct batch {
	struct outbox *outbox;
	int (*verb)(struct outbox *, int64_t);
	json_int_t done;
	bool more; /* there are */
};

static int change_one(const struct delivery *delivery, void *userdata)
{
	struct batch *batch = userdata;
	int r;

	if (batch->done == DELIVERIES_AT_A_TIME) {
		batch->more = true;
		return 0;
	}
	r = batch->verb(batch->outbox, delivery->id);
	if (r < 0)
		return r;
	batch->done++;
	return 0;
}

/* A part of them; who asks goes on until none is left. */
static void change_all(const struct control_request *request, struct control_reply *reply,
	const struct command_context *context, int (*verb)(struct outbox *, int64_t),
	const char *done)
{
	const char *hook = control_request_parameter(request, "hook");
	struct batch batch = {.outbox = context->outbox, .verb = verb};
	int r;

	r = store_deliveries_dead(
		context->store, hook, DELIVERIES_AT_A_TIME + 1, change_one, &batch);
	if (r < 0)
		reply_error(reply, r, "store");
	else if (batch.done == 0 && hook && !find_hook(context, hook))
		reply_error(reply, -ENOENT, "hook");
	else
		reply_body(reply, json_pack("{s:I, s:b}", done, batch.done, "more", batch.more));
}

void hook_command_retry_all(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	change_all(request, reply, userdata, outbox_retry, "retrying");
}

void hook_command_drop_all(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	change_all(request, reply, userdata, outbox_drop, "dropped");
}
