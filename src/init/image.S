// The bytes of build/tare-init, for src/runtime/init_program.cc to put into a sealed memfd.
    .section .rodata
    .global tare_init_begin
    .global tare_init_end
    .balign 16
tare_init_begin:
    .incbin TARE_INIT
tare_init_end:
    .section .note.GNU-stack,"",@progbits
