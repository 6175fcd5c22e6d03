#pragma once

namespace tare::init {

// A number as text.
struct Decimal {
    explicit Decimal(unsigned long number) : text(digits + sizeof digits - 1) {
        *text = '\0';
        do
            *--text = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
    }
    Decimal(const Decimal&) = delete;

    char digits[21];
    char* text;
};

} // namespace tare::init
