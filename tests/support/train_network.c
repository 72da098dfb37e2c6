/*
 * Trains the weights of daemon/dedup/network.h: reads lines "LABEL WEIGHT INPUT..." from files and
 * writes a C table to standard output; figures go to standard error.
 *
 *   train_network NAME OUTPUTS HIDDEN MEMBERS EPOCHS DECAY TRAIN... [-- TEST...]
 *
 * Several members, which differ in where they start, are made one network whose sums are the mean
 * of theirs.  With one output the label is 0 or 1 (logistic), else the number of a class (softmax).
 * Adam, batches of 64, a cosine rate; a generator of its own with a fixed seed: the same lines in
 * the same order give the same table.  tests/support/train_stories.sh says how the two tables were
 * made.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	INPUTS_MAX = 96,
	OUTPUTS_MAX = 4,
	HIDDEN_MAX = 48, /* NETWORK_HIDDEN_MAX */
	WEIGHTS_MAX = OUTPUTS_MAX * (1 + INPUTS_MAX + HIDDEN_MAX) + HIDDEN_MAX * (1 + INPUTS_MAX),
	BATCH = 64,
	LINE_BYTES = 16384,
	LINE_NUMBERS = 9, /* of the table */
};

#define RATE 0.004

/* An input that hardly varies stays small. */
#define DEVIATION_MIN 0.02

#define JOIN 0.85 /* similarity_join() */

struct row {
	float inputs[INPUTS_MAX];
	float weight;
	int label;
};

struct rows {
	struct row *rows;
	size_t count;
	size_t size;
};

/* Of the inputs, over the rows that are trained on. */
struct scale {
	double mean[INPUTS_MAX];
	double deviation[INPUTS_MAX];
};

struct trainer {
	size_t inputs;
	size_t outputs;
	size_t hidden;
	double weights[WEIGHTS_MAX];
	double gradient[WEIGHTS_MAX];
	double mean[WEIGHTS_MAX];
	double square[WEIGHTS_MAX];
	bool decays[WEIGHTS_MAX];
	double units[HIDDEN_MAX];
	double sums[OUTPUTS_MAX];
	uint64_t random;
	uint64_t steps;
};

static size_t output_weights(const struct trainer *trainer)
{
	return 1 + trainer->inputs + trainer->hidden;
}

static size_t weight_count(const struct trainer *trainer)
{
	return trainer->outputs * output_weights(trainer) + trainer->hidden * (1 + trainer->inputs);
}

static double draw(struct trainer *trainer)
{
	trainer->random ^= trainer->random << 13;
	trainer->random ^= trainer->random >> 7;
	trainer->random ^= trainer->random << 17;
	return (double)(trainer->random >> 11) / 9007199254740992.0;
}

static bool read_row(char *line, struct trainer *trainer, struct row *ret)
{
	char *save = NULL;
	size_t inputs = 0;
	char *word = strtok_r(line, " \n", &save);

	if (!word)
		return false;
	ret->label = atoi(word);
	word = strtok_r(NULL, " \n", &save);
	ret->weight = word ? strtof(word, NULL) : 1.0F;
	while ((word = strtok_r(NULL, " \n", &save)) && inputs < INPUTS_MAX)
		ret->inputs[inputs++] = strtof(word, NULL);
	if (trainer->inputs == 0)
		trainer->inputs = inputs;
	return inputs == trainer->inputs && inputs > 0;
}

static void read_rows(const char *path, struct trainer *trainer, struct rows *rows)
{
	static char line[LINE_BYTES];
	FILE *file = fopen(path, "re");

	if (!file) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), file)) {
		if (rows->count == rows->size) {
			rows->size = rows->size ? rows->size * 2 : 4096;
			rows->rows = reallocarray(rows->rows, rows->size, sizeof(struct row));
			if (!rows->rows)
				exit(1);
		}
		memset(&rows->rows[rows->count], 0, sizeof(struct row));
		if (!read_row(line, trainer, &rows->rows[rows->count++])) {
			fprintf(stderr, "%s: line %zu has another number of inputs\n", path,
				rows->count);
			exit(1);
		}
	}
	(void)fclose(file);
}

/* Brings every input to mean 0 and deviation 1, so that all are learnt at one rate. */
static void standardise(const struct trainer *trainer, const struct rows *rows, struct scale *ret)
{
	*ret = (struct scale){0};
	for (size_t i = 0; i < trainer->inputs; i++) {
		double sums[2] = {0};

		for (size_t r = 0; r < rows->count; r++) {
			double x = (double)rows->rows[r].inputs[i];

			sums[0] += x;
			sums[1] += x * x;
		}
		ret->mean[i] = sums[0] / (double)rows->count;
		ret->deviation[i] =
			sqrt(sums[1] / (double)rows->count - ret->mean[i] * ret->mean[i]) +
			DEVIATION_MIN;
	}
}

static void apply_scale(const struct scale *scale, size_t inputs, const struct rows *rows)
{
	for (size_t r = 0; r < rows->count; r++)
		for (size_t i = 0; i < inputs; i++)
			rows->rows[r].inputs[i] =
				(float)(((double)rows->rows[r].inputs[i] - scale->mean[i]) /
					scale->deviation[i]);
}

/* Lets a unit take the inputs as they came: `weights` are its bias and those of the inputs. */
static void fold_scale(const struct scale *scale, size_t inputs, double *weights)
{
	for (size_t i = 0; i < inputs; i++) {
		weights[1 + i] /= scale->deviation[i];
		weights[0] -= weights[1 + i] * scale->mean[i];
	}
}

static void fold_scales(const struct scale *scale, struct trainer *trainer)
{
	double *weights = trainer->weights;

	for (size_t o = 0; o < trainer->outputs; o++, weights += output_weights(trainer))
		fold_scale(scale, trainer->inputs, weights);
	for (size_t h = 0; h < trainer->hidden; h++, weights += 1 + trainer->inputs)
		fold_scale(scale, trainer->inputs, weights);
}

static void start(struct trainer *trainer, unsigned member)
{
	size_t per_output = output_weights(trainer);
	size_t i = 0;

	trainer->random = 88172645463325252ULL + 7919 * (uint64_t)member;
	trainer->steps = 0;
	memset(trainer->weights, 0, sizeof(trainer->weights));
	memset(trainer->mean, 0, sizeof(trainer->mean));
	memset(trainer->square, 0, sizeof(trainer->square));
	for (size_t o = 0; o < trainer->outputs; o++)
		for (size_t k = 0; k < per_output; k++, i++) {
			trainer->decays[i] = k > 0;
			if (k > trainer->inputs)
				trainer->weights[i] = (draw(trainer) - 0.5) * 0.5;
		}
	for (size_t h = 0; h < trainer->hidden; h++)
		for (size_t k = 0; k <= trainer->inputs; k++, i++) {
			trainer->decays[i] = k > 0;
			if (k > 0)
				trainer->weights[i] =
					(draw(trainer) - 0.5) * 2.0 / sqrt((double)trainer->inputs);
		}
}

static double weighted_sum(const double *weights, const float *inputs, size_t count)
{
	double sum = 0.0;

	for (size_t i = 0; i < count; i++)
		sum += weights[i] * (double)inputs[i];
	return sum;
}

/* Leaves the probabilities in sums. */
static void forward(struct trainer *trainer, const struct row *row)
{
	const double *weights = trainer->weights + trainer->outputs * output_weights(trainer);
	double total = 0.0;

	for (size_t h = 0; h < trainer->hidden; h++, weights += 1 + trainer->inputs)
		trainer->units[h] =
			tanh(weights[0] + weighted_sum(weights + 1, row->inputs, trainer->inputs));
	weights = trainer->weights;
	for (size_t o = 0; o < trainer->outputs; o++, weights += output_weights(trainer)) {
		double sum = weights[0] + weighted_sum(weights + 1, row->inputs, trainer->inputs);

		for (size_t h = 0; h < trainer->hidden; h++)
			sum += weights[1 + trainer->inputs + h] * trainer->units[h];
		trainer->sums[o] = exp(sum > 30.0 ? 30.0 : sum);
		total += trainer->sums[o];
	}
	if (trainer->outputs == 1)
		trainer->sums[0] /= 1.0 + trainer->sums[0];
	else
		for (size_t o = 0; o < trainer->outputs; o++)
			trainer->sums[o] /= total;
}

static bool is_label(const struct trainer *trainer, const struct row *row, size_t output)
{
	return trainer->outputs == 1 ? row->label == 1 : row->label == (int)output;
}

static void backward(struct trainer *trainer, const struct row *row)
{
	size_t per_output = output_weights(trainer);
	double *gradient = trainer->gradient;
	double units[HIDDEN_MAX] = {0};

	for (size_t o = 0; o < trainer->outputs; o++, gradient += per_output) {
		double error = (trainer->sums[o] - (is_label(trainer, row, o) ? 1.0 : 0.0)) *
			(double)row->weight;
		const double *weights = trainer->weights + o * per_output + 1 + trainer->inputs;

		gradient[0] += error;
		for (size_t i = 0; i < trainer->inputs; i++)
			gradient[1 + i] += error * (double)row->inputs[i];
		for (size_t h = 0; h < trainer->hidden; h++) {
			gradient[1 + trainer->inputs + h] += error * trainer->units[h];
			units[h] += error * weights[h];
		}
	}
	for (size_t h = 0; h < trainer->hidden; h++, gradient += 1 + trainer->inputs) {
		double error = units[h] * (1.0 - trainer->units[h] * trainer->units[h]);

		gradient[0] += error;
		for (size_t i = 0; i < trainer->inputs; i++)
			gradient[1 + i] += error * (double)row->inputs[i];
	}
}

static void step(struct trainer *trainer, size_t rows, double rate, double decay)
{
	double first = 1.0 - pow(0.9, (double)++trainer->steps);
	double second = 1.0 - pow(0.999, (double)trainer->steps);

	for (size_t i = 0; i < weight_count(trainer); i++) {
		double slope = trainer->gradient[i] / (double)rows +
			(trainer->decays[i] ? decay * trainer->weights[i] : 0.0);

		trainer->mean[i] = 0.9 * trainer->mean[i] + 0.1 * slope;
		trainer->square[i] = 0.999 * trainer->square[i] + 0.001 * slope * slope;
		trainer->weights[i] -= rate * (trainer->mean[i] / first) /
			(sqrt(trainer->square[i] / second) + 1e-8);
		trainer->gradient[i] = 0.0;
	}
}

static void train(struct trainer *trainer, const struct rows *rows, size_t epochs, double decay)
{
	size_t *order = calloc(rows->count, sizeof(*order));

	if (!order)
		exit(1);
	for (size_t i = 0; i < rows->count; i++)
		order[i] = i;
	for (size_t epoch = 0; epoch < epochs; epoch++) {
		double rate = RATE * (0.5 + 0.5 * cos(M_PI * (double)epoch / (double)epochs));

		for (size_t i = rows->count - 1; i > 0; i--) {
			size_t k = (size_t)(draw(trainer) * (double)(i + 1));
			size_t other = order[k];

			order[k] = order[i];
			order[i] = other;
		}
		for (size_t i = 0; i < rows->count; i++) {
			forward(trainer, &rows->rows[order[i]]);
			backward(trainer, &rows->rows[order[i]]);
			if (i % BATCH == BATCH - 1 || i == rows->count - 1)
				step(trainer, i % BATCH + 1, rate + 1e-5, decay);
		}
	}
	free(order);
}

/* Adds a member to the network that has room for all: its sums count one part in `members`. */
static void merge(struct trainer *whole, const struct trainer *member, size_t which, size_t members)
{
	const double *weights = member->weights;
	double *to = whole->weights;

	for (size_t o = 0; o < member->outputs; o++, to += output_weights(whole)) {
		for (size_t i = 0; i <= member->inputs; i++)
			to[i] += weights[i] / (double)members;
		for (size_t h = 0; h < member->hidden; h++)
			to[1 + member->inputs + which * member->hidden + h] =
				weights[1 + member->inputs + h] / (double)members;
		weights += output_weights(member);
	}
	to += which * member->hidden * (1 + member->inputs);
	memcpy(to, weights, member->hidden * (1 + member->inputs) * sizeof(*to));
}

static void report(struct trainer *trainer, const struct rows *rows, const char *what)
{
	size_t table[OUTPUTS_MAX][OUTPUTS_MAX] = {{0}};
	double loss = 0.0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];
		size_t best = 0;

		forward(trainer, row);
		for (size_t o = 1; o < trainer->outputs; o++)
			if (trainer->sums[o] > trainer->sums[best])
				best = o;
		if (trainer->outputs == 1) {
			best = trainer->sums[0] >= JOIN;
			loss -= log(
				(row->label ? trainer->sums[0] : 1.0 - trainer->sums[0]) + 1e-12);
		} else {
			loss -= log(trainer->sums[row->label] + 1e-12);
		}
		table[row->label][best]++;
	}
	fprintf(stderr, "%s: %zu rows, loss %.5f;", what, rows->count, loss / (double)rows->count);
	for (size_t l = 0; l < OUTPUTS_MAX; l++)
		for (size_t b = 0; b < OUTPUTS_MAX; b++)
			if (table[l][b] > 0)
				fprintf(stderr, " %zu as %zu: %zu", l, b, table[l][b]);
	fprintf(stderr, "\n");
}

static void print_table(const struct trainer *trainer, const char *name)
{
	size_t count = weight_count(trainer);

	printf("/* clang-format off */\nstatic const float %s_weights[] = {\n", name);
	for (size_t i = 0; i < count; i++)
		printf("%s%.4fF,%s", i % LINE_NUMBERS == 0 ? "\t" : " ", trainer->weights[i],
			i % LINE_NUMBERS == LINE_NUMBERS - 1 || i + 1 == count ? "\n" : "");
	printf("};\n/* clang-format on */\n\nconst struct network %s_network = {\n"
	       "\t.inputs = %zu,\n\t.hidden = %zu,\n\t.outputs = %zu,\n"
	       "\t.weights = %s_weights,\n};\n",
		name, trainer->inputs, trainer->hidden, trainer->outputs, name);
}

int main(int argc, char **argv)
{
	static struct trainer trainer;
	static struct trainer whole;
	static struct scale scale;
	struct rows train_rows = {0};
	struct rows test_rows = {0};
	struct rows *rows = &train_rows;
	size_t members;

	if (argc < 8)
		return 2;
	trainer.outputs = (size_t)atoi(argv[2]);
	trainer.hidden = (size_t)atoi(argv[3]);
	members = (size_t)atoi(argv[4]);
	if (trainer.outputs < 1 || trainer.outputs > OUTPUTS_MAX || members < 1 ||
		trainer.hidden * members > HIDDEN_MAX)
		return 2;
	for (int i = 7; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			rows = &test_rows;
		else
			read_rows(argv[i], &trainer, rows);
	}
	whole.inputs = trainer.inputs;
	whole.outputs = trainer.outputs;
	whole.hidden = trainer.hidden * members;
	standardise(&trainer, &train_rows, &scale);
	apply_scale(&scale, trainer.inputs, &train_rows);
	apply_scale(&scale, trainer.inputs, &test_rows);
	for (size_t member = 0; member < members; member++) {
		start(&trainer, (unsigned)member);
		train(&trainer, &train_rows, (size_t)atoi(argv[5]), atof(argv[6]));
		merge(&whole, &trainer, member, members);
	}
	report(&whole, &train_rows, "train");
	if (test_rows.count > 0)
		report(&whole, &test_rows, "test");
	fold_scales(&scale, &whole);
	print_table(&whole, argv[1]);
	free(train_rows.rows);
	free(test_rows.rows);
	return 0;
}
