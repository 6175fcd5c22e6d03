#include "base/log.h"

int main() {
    tare::log::error("no command is built in yet");
    return 1;
}
