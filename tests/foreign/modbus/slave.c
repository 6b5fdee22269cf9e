/* A Modbus device over libmodbus, a stack that is not ours: Modbus TCP, or RTU on a serial line.
 *
 *   slave tcp PORT FIRST COUNT          PORT 0 for any free one; serves several connections
 *   slave rtu DEVICE BAUD UNIT FIRST COUNT
 *
 * Holding and input registers FIRST … FIRST+COUNT-1 are one table; so are coils and discrete inputs.
 * It says {"port": N} on standard output and then takes lines {"line": WORDS}, each answered by
 * {"writes": N}; the words are:
 *   set ADDRESS VALUE…    put registers, and let the item work again
 *   fail ADDRESS          exception 4 to every request that touches the register
 *   count ADDRESS         how many writes to the register were carried out
 */
#include <errno.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#define MOST 32
#define TABLE 65536
#define SEPARATORS " \"}\n"

static modbus_mapping_t *map;
static int failing[TABLE], writes[TABLE];

static void take_line(void) {
    static char line[8192];
    char *word, *rest;
    int address, at;
    if (!fgets(line, sizeof line, stdin)) exit(0);
    strtok_r(line, ":", &rest); /* {"line": "WORD ADDRESS VALUE…"} */
    word = strtok_r(NULL, SEPARATORS, &rest);
    address = atoi(strtok_r(NULL, SEPARATORS, &rest));
    if (!strcmp(word, "fail")) failing[address] = 1;
    if (!strcmp(word, "set")) {
        failing[address] = 0;
        for (at = address; (word = strtok_r(NULL, SEPARATORS, &rest)); at++) {
            map->tab_registers[at - map->start_registers] = (uint16_t)atoi(word);
            map->tab_input_registers[at - map->start_registers] = (uint16_t)atoi(word);
        }
    }
    printf("{\"writes\": %d}\n", writes[address]);
    fflush(stdout);
}

/* One request of a client; false when it has gone. */
static int serve(modbus_t *ctx, int socket) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    int head = modbus_get_header_length(ctx), length, function, address, count, at;
    if (socket >= 0) modbus_set_socket(ctx, socket);
    length = modbus_receive(ctx, query);
    if (length < 0) return errno == EMBBADCRC || errno == ETIMEDOUT || socket < 0;
    if (length == 0) return 1;
    function = query[head];
    address = query[head + 1] << 8 | query[head + 2];
    count = function == 6 || function == 5 || function == 22 ? 1 : query[head + 3] << 8 | query[head + 4];
    for (at = address; at < address + count && at < TABLE; at++)
        if (failing[at] && function != 1 && function != 2 && function != 5 && function != 15) {
            modbus_reply_exception(ctx, query, MODBUS_EXCEPTION_SLAVE_OR_SERVER_FAILURE);
            return 1;
        }
    if (modbus_reply(ctx, query, length, map) >= 0 && (function == 6 || function == 16 || function == 22))
        writes[address]++;
    return 1;
}

int main(int argc, char **argv) {
    struct pollfd polled[MOST];
    int rtu = argc == 7 && !strcmp(argv[1], "rtu"), used = 1, i, first, count, peer;
    modbus_t *ctx;
    if (!rtu && (argc != 5 || strcmp(argv[1], "tcp"))) return 2;
    first = atoi(argv[argc - 2]);
    count = atoi(argv[argc - 1]);
    setvbuf(stdin, NULL, _IONBF, 0); /* or else lines wait where poll does not see them */
    map = modbus_mapping_new_start_address(first, count, first, count, first, count, first, count);
    polled[0].fd = STDIN_FILENO;
    if (rtu) {
        ctx = modbus_new_rtu(argv[2], atoi(argv[3]), 'N', 8, 1);
        modbus_set_slave(ctx, atoi(argv[4]));
        if (modbus_connect(ctx) < 0) { perror(argv[2]); return 1; }
        polled[used++].fd = modbus_get_socket(ctx);
        printf("{\"port\": 0}\n");
    } else {
        struct sockaddr_in at;
        socklen_t size = sizeof at;
        ctx = modbus_new_tcp("127.0.0.1", atoi(argv[2]));
        polled[used++].fd = modbus_tcp_listen(ctx, 8);
        if (getsockname(polled[1].fd, (struct sockaddr *)&at, &size) < 0) { perror("listen"); return 1; }
        printf("{\"port\": %d}\n", ntohs(at.sin_port));
    }
    fflush(stdout);
    for (;;) {
        for (i = 0; i < used; i++) polled[i].events = POLLIN;
        if (poll(polled, used, -1) < 0) return 1;
        if (polled[0].revents) take_line();
        if (rtu && polled[1].revents & POLLIN) serve(ctx, -1);
        else if (rtu && polled[1].revents) return 1;
        else if (!rtu && polled[1].revents && used < MOST && (peer = accept(polled[1].fd, NULL, NULL)) >= 0)
            polled[used++].fd = peer, polled[used - 1].revents = 0;
        for (i = 2; !rtu && i < used; i++)
            if (polled[i].revents && !serve(ctx, polled[i].fd)) {
                close(polled[i].fd);
                polled[i--] = polled[--used];
            }
    }
}
