requirement MUST config.md#process "cwd is the working directory of the process"
test_cwd() {
    config '.process.cwd = "/tmp"'
    inside pwd
    prints /tmp
}

requirement MUST config.md#process "cwd is an absolute path"
test_cwd_relative() {
    config '.process.cwd = "tmp"'
    refused
}
