#include "commands/hook_commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/ascii.h"
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

/* Deliveries to a name that is configured no more: nothing else tells of them. */
static void add_gone_hooks(const struct hook_list *hooks)
{
	const char *name;
	json_t *one;

	json_object_foreach (hooks->counts, name, one) {
		if (find_hook(hooks->context, name))
			continue;
		(void)json_array_append_new(hooks->list,
			json_pack("{s:s, s:n, s:s, s:n, s:i, s:i, s:I, s:I, s:s, s:b}", "name",
				name, "kind", "state", "gone", "held_until", "failures", 0,
				"in_flight", 0, "pending",
				json_integer_value(json_object_get(one, "pending")), "dead",
				json_integer_value(json_object_get(one, "dead")), "error",
				"it is not configured any more; what waits for it goes when it is "
				"again",
				"in_unit", 0));
	}
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
	if (r == 0) {
		outbox_each_hook(context->outbox, add_hook, &hooks);
		add_gone_hooks(&hooks);
	}
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
	size_t seen;
	json_int_t done;
	json_int_t waiting; /* of these, pending ones */
	int64_t last;       /* id */
	bool more;          /* there are */
};

static int change_one(const struct delivery *delivery, void *userdata)
{
	struct batch *batch = userdata;
	int r;

	if (batch->seen == DELIVERIES_AT_A_TIME) {
		batch->more = true;
		return 0;
	}
	batch->seen++;
	batch->last = delivery->id;
	r = batch->verb(batch->outbox, delivery->id);
	if (r == -EHOSTUNREACH)
		return 0; /* its hook is gone: it stays what it is */
	if (r < 0)
		return r;
	batch->done++;
	batch->waiting += delivery->state == DELIVERY_PENDING;
	return 0;
}

/* Nothing was done for a hook that is not configured: any more, or was it never? */
static void refuse_gone(struct control_reply *reply, const struct command_context *context,
	const char *hook, const struct batch *batch)
{
	uint64_t waiting = 0;
	int r = store_deliveries_pending(context->store, hook, &waiting);

	if (r < 0)
		reply_error(reply, r, "store");
	else if (batch->seen == 0 && waiting == 0)
		reply_error(reply, -ENOENT, "hook");
	else
		reply_refuse(reply, REPLY_CONFLICT,
			"the hook is not configured any more; configure it again, or drop its "
			"deliveries");
}

/*
 * A part of them, behind the id `after`; who asks goes on behind the last.  So each is changed
 * once: one that is sent again may be a dead letter again before the last is.  What waits for a
 * hook that is gone can be given up, too.
 */
static void change_all(const struct control_request *request, struct control_reply *reply,
	const struct command_context *context, int (*verb)(struct outbox *, int64_t),
	const char *done)
{
	const char *hook = control_request_parameter(request, "hook");
	const char *after = control_request_parameter(request, "after");
	bool is_gone = hook && !find_hook(context, hook);
	struct batch batch = {.outbox = context->outbox, .verb = verb};
	unsigned long long start = 0;
	int r;

	if (after && (!ascii_number(after, &start) || start > INT64_MAX)) {
		reply_refuse(reply, REPLY_BAD_REQUEST, "after is a delivery's id");
		return;
	}
	r = store_deliveries_dead(
		context->store, hook, (int64_t)start, DELIVERIES_AT_A_TIME + 1, change_one, &batch);
	if (r == 0 && is_gone && !batch.more && verb == outbox_drop)
		r = store_deliveries_oldest(
			context->store, hook, DELIVERIES_AT_A_TIME + 1, change_one, &batch);
	if (r < 0)
		reply_error(reply, r, "store");
	else if (batch.done == 0 && is_gone && !after)
		refuse_gone(reply, context, hook, &batch);
	else
		reply_body(reply,
			json_pack("{s:I, s:I, s:b, s:I}", done, batch.done, "waiting",
				batch.waiting, "more", batch.more, "last", (json_int_t)batch.last));
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
