/* liboath's usersfile, which libpam-oath's pam_oath.so calls with the same function at each login.
 *
 *   usersfile run FILE        reads "user code" lines, authenticates each once
 *   usersfile race FILE N     authenticates each from N processes at once
 *   usersfile validate COUNT  liboath's arithmetic alone: nothing is read or written
 */
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 1

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static int authenticate(const char *file, const char *user, const char *code)
{
    time_t last;
    return oath_authenticate_usersfile(file, user, code, WINDOW, NULL, &last);
}

static void run(const char *file)
{
    char user[64], code[16];
    long accepted = 0, refused = 0;
    double start = now();
    while (scanf("%63s %15s", user, code) == 2) {
        if (authenticate(file, user, code) == OATH_OK)
            accepted++;
        else
            refused++;
    }
    printf("{\"accepted\":%ld,\"refused\":%ld,\"seconds\":%f}\n", accepted, refused, now() - start);
}

/* All processes wait for a pipe to be closed, so that they begin together. */
static int accepted_by(const char *file, const char *user, const char *code, int copies)
{
    int gate[2], accepted = 0;
    if (pipe(gate) != 0)
        exit(2);
    for (int copy = 0; copy < copies; copy++) {
        if (fork() == 0) {
            char byte;
            close(gate[1]);
            if (read(gate[0], &byte, 1) != 0)
                _exit(2);
            _exit(authenticate(file, user, code) == OATH_OK ? 0 : 1);
        }
    }
    close(gate[0]);
    usleep(20000);
    close(gate[1]);
    for (int copy = 0; copy < copies; copy++) {
        int status;
        wait(&status);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            accepted++;
    }
    return accepted;
}

static void race(const char *file, int copies)
{
    char user[64], code[16];
    const char *between = "";
    printf("[");
    fflush(stdout);
    while (scanf("%63s %15s", user, code) == 2) {
        int accepted = accepted_by(file, user, code, copies);
        printf("%s%d", between, accepted);
        fflush(stdout);
        between = ",";
    }
    printf("]\n");
}

static void validate(long count)
{
    static const char secret[] = "12345678901234567890";
    const time_t at = 1800000030;
    char code[16];
    long accepted = 0;
    int position;
    oath_totp_generate(secret, sizeof secret - 1, at, 60, 0, 6, code);
    double start = now();
    for (long each = 0; each < count; each++) {
        if (oath_totp_validate2(secret, sizeof secret - 1, at, 60, 0, WINDOW, &position, code) >= 0)
            accepted++;
    }
    printf("{\"accepted\":%ld,\"refused\":%ld,\"seconds\":%f}\n", accepted, count - accepted,
           now() - start);
}

int main(int argc, char **argv)
{
    if (oath_init() != OATH_OK)
        return 2;
    if (argc == 3 && strcmp(argv[1], "run") == 0)
        run(argv[2]);
    else if (argc == 4 && strcmp(argv[1], "race") == 0)
        race(argv[2], atoi(argv[3]));
    else if (argc == 3 && strcmp(argv[1], "validate") == 0)
        validate(atol(argv[2]));
    else
        return 2;
    return 0;
}
