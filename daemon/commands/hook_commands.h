/* The control socket's commands about hooks and deliveries. */
#pragma once

#include "control/server.h"

/* Handlers of the table in commands.c. */
void hook_command_list(
	const struct control_request *request, struct control_reply *reply, void *userdata);
void hook_command_test(
	const struct control_request *request, struct control_reply *reply, void *userdata);
void hook_command_retry_all(
	const struct control_request *request, struct control_reply *reply, void *userdata);
void hook_command_drop_all(
	const struct control_request *request, struct control_reply *reply, void *userdata);
