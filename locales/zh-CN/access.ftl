# 访问控制：目的、审批、紧急权限、复核、策略。

access-permission-grant-purposes = 授予员工可以打开客户数据的目的
access-permission-approve = 批准或拒绝同事的申请
access-permission-review = 查看谁能看到什么；发起权限复核
access-permission-edit-policies = 编写并试用策略
access-permission-break-glass = 说明理由后取得紧急权限
