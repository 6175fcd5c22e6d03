# A config's seccomp rules as lines for export_seccomp: NAME ACTION ERRNO [INDEX OP VALUE VALUE_TWO]...
.linux.seccomp.syscalls[] | . as $rule | .names[]
| "\(.) \($rule.action) \($rule.errnoRet // 0) "
  + ([$rule.args[]? | "\(.index) \(.op) \(.value) \(.valueTwo // 0)"] | join(" "))
