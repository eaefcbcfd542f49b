# 权利请求：系统负责人的待办事项，以及批量办理。

# 待办
rights-tasks = 负责人待办
rights-tasks-lead = Privet 自身无法完成的事项：数据源无法访问，或须人工查看。数据源恢复访问后，待办自动关闭。
rights-tasks-none = 没有待办
rights-tasks-none-text = 所需的数据源均可访问。选择其他状态可查看已结束的待办。
rights-tasks-of-text = 本请求中 Privet 自身无法完成的事项，每个数据源、每个步骤各一项。
rights-task-of = 请求 { $name } 的待办
rights-task-source = 数据源
rights-task-what = 未完成事项
rights-task-owner = 负责人
rights-task-team = 数据地图中的负责人
rights-task-due = 期限
rights-task-due-text = 早于答复请求人期限若干日
rights-task-why = 原因
rights-task-made = 起始时间
rights-task-tries = { $n ->
   *[other] 已尝试 { $n } 次未成功，最近一次：
}
rights-task-ended = 结束
rights-task-late = 此待办已逾期
rights-task-late-text = 期限为 { $day }。请求人的答复因此等待。
rights-task-open = 未完成
rights-task-done = 已完成
rights-task-dropped = 无需办理
rights-task-reached = 已恢复访问
rights-task-closed = 随请求办结
rights-task-step-search = 查找
rights-task-step-copy = 请求人的信息副本
rights-task-step-correction = 更正、补充
rights-task-step-erasure = 删除
rights-task-why-down = 数据源无响应
rights-task-why-rights = 账号权限不足
rights-task-why-changed = 数据源与数据地图不一致
rights-task-why-declared = Privet 未与其连接
rights-task-why-hands = Privet 无法辨别其中哪些数据属于请求人，或无法改动这些数据
rights-task-why-other = 因其他原因未成功
rights-task-do = 如何处理
rights-task-do-down = 请确认数据库正在运行，且 Privet 服务器可按该数据源在此登记的地址访问。
rights-task-do-rights = 请为该数据源的账号授予所缺权限，或更正账号与密码。更正和删除还须在“保存期限”中指定可修改数据的账号。文件须允许 Privet 写入。
rights-task-do-changed = 请重新扫描该数据源，使数据地图与现有的表一致，并确认扫描的新发现。
rights-task-do-declared = 请在该系统中查找请求人的信息，按请求办理，并在此说明结果。请求涉及何人，请询问该请求的经办人。
rights-task-do-hands = 请在这些表或文件中查找请求人的数据并按请求办理。如有引用关系指向这些表，请在“引用关系”中登记，Privet 即可自行找到。
rights-task-do-other = 请查看数据源的提示，并在请求页面重试。仍不成功的，请人工办理并在此说明。
rights-task-itself = Privet 每小时重试一次，成功后待办自动关闭。请求人已可取用的副本不会自动重新生成，请点击“立即重试”重新生成。
rights-task-acts = 说明处理结果
rights-task-try = 立即重试
rights-toast-task-try = 正在重试，请稍后查看本页。
rights-error-task-down = 数据源仍无响应。请确认其正在运行且可访问，然后重试。
rights-error-task-busy = 正在重试，或已有人处理过计划。请在请求页面继续。
rights-task-end = 标记为已完成
rights-task-said = 您做了什么？
rights-task-said-hint = 一句话即可。显示在请求页面，仅办理请求的人可见。
rights-task-drop = 无需办理
rights-task-drop-why = 为何无需办理？
rights-task-drop-hint = 例如：该数据源只有测试数据，将从数据地图中移除。
rights-task-give = 转交同事
rights-task-give-to = 同事
rights-task-reopen = 重新打开
rights-task-answer-open = { $n ->
   *[other] 尚有 { $n } 项负责人待办未完成
}
rights-task-answer-open-text = 仍有信息未查找、未复制、未更正或未删除。如现在答复，请告知请求人尚缺哪些；未完成的待办将随请求关闭。
rights-toast-task-done = 已完成。您的说明显示在请求页面。
rights-toast-task-drop = 已记录：无需办理。
rights-toast-task-open = 待办已重新打开。
rights-toast-task-give = 已转交同事。
rights-error-task-said = 请用一句话说明做了什么，或为何无需办理。
rights-error-task-long = 不超过 1000 个字符。
rights-error-task-stand = 该待办已不是未完成状态，请重新查看。
rights-error-task-nobody = 没有使用该账号的工作人员，请另选他人。
rights-event-task-made = 向负责人派发待办
rights-event-task-reached = 数据源已恢复访问
rights-event-task-done = 负责人完成待办
rights-event-task-dropped = 负责人待办无需办理
rights-watch-task = { $name } · { $what }：{ $source } · 您的待办，期限 { $day }
rights-watch-task-late = 【逾期】{ $name } · { $what }：{ $source } · 待办期限为 { $day }

# 批量办理
rights-bulk = 对所选请求
rights-bulk-none = 请先选择至少一项请求。
rights-bulk-assign = 分派
rights-bulk-extend = 延长期限
rights-bulk-remind = 请其核验身份
rights-bulk-duplicate = 作为重复请求办结
rights-bulk-csv = 导出 CSV
rights-bulk-title-assign = 确定分派这些请求？
rights-bulk-title-extend = 确定延长这些期限？
rights-bulk-title-remind = 确定请这些人核验身份？
rights-bulk-title-duplicate = 确定将这些请求作为重复请求办结？
rights-bulk-title-csv = 确定导出这些请求？
rights-bulk-lead = 尚未执行任何操作。下面列出将要办理的和无法办理的请求。
rights-bulk-will = 将要办理
rights-bulk-will-not = 无法办理
rights-bulk-nothing = 所选请求均无法如此办理。请返回另选。
rights-bulk-to = 经办人
rights-bulk-why = 延长理由
rights-bulk-why-hint = 每位请求人都会在告知邮件中看到（GDPR 第 12 条第 3 款）。
rights-bulk-words = 告知请求人的话
rights-bulk-words-hint = 留空则以请求人各自的语言发送常用语。尚未证明地址归其所有的请求人将收到新链接，打开后即可在页面上看到您的话。
rights-bulk-csv-text = 文件包含编号、事项、状态、日期和经办人，不含请求人的个人信息。
rights-bulk-back = 返回请求列表
rights-bulk-until = 至 { $day }
rights-bulk-of = 与 { $name } 重复
rights-bulk-verified = 请求人的身份已核验。
rights-bulk-no-mail = 无法请其核验身份：没有电子邮箱地址。
rights-bulk-gone = 该请求已不存在。
rights-bulk-no-twin = 该请求人没有提出更早、事项相同且答复期限不晚于本请求的未办结请求。
rights-bulk-failed = 未能办理，该请求未作改动，请重试。
rights-bulk-partly = 部分请求未能办理
rights-bulk-partly-text = { $n ->
    [0] 未办理任何请求。
   *[other] 已办理 { $n } 项请求，其余见下。
}
rights-bulk-remind-default = 为避免您的个人信息落入他人之手，请证明该请求由您本人提出。该请求的页面列明尚需提供的内容。
rights-bulk-duplicate-default = 您此前已提出相同请求（{ $name }）。该请求继续办理，我们将在 { $day } 前答复。
rights-error-bulk-many = 一次最多 200 项请求，请减少选择。
rights-toast-bulk-assign = { $n ->
   *[other] 已分派 { $n } 项请求。
}
rights-toast-bulk-extend = { $n ->
   *[other] 已延长 { $n } 项期限并告知请求人。
}
rights-toast-bulk-remind = { $n ->
   *[other] 已请 { $n } 人核验身份。
}
rights-toast-bulk-duplicate = { $n ->
   *[other] 已将 { $n } 项请求作为重复请求办结。
}
rights-csv-number = 编号
rights-csv-kind = 请求内容
rights-csv-state = 状态
rights-csv-received = 收到日期
rights-csv-due = 答复期限
rights-csv-closed = 办结日期
rights-csv-laws = 适用法律
rights-csv-channel = 提出方式
rights-csv-level = 身份核验程度
rights-csv-assignee = 经办人

# 个人信息保护负责人工作台
desk-waiting-request = { $n ->
   *[other] { $n } 项权利请求已逾期
}
desk-waiting-task = { $n ->
   *[other] 您有 { $n } 项权利请求待办
}

# 日志用语
audit-do-rights-task-made = 向负责人派发权利请求待办
audit-do-rights-task-reopened = 重新打开权利请求待办
audit-do-rights-task-reached = 待办所涉数据源已恢复访问
audit-do-rights-task-done = 完成权利请求待办
audit-do-rights-task-dropped = 说明权利请求待办无需办理
audit-do-rights-task-given = 将权利请求待办转交他人
audit-do-rights-task-closed = 待办随权利请求关闭
audit-do-rights-task-reminded = 提醒负责人待办
audit-do-rights-task-escalated = 向个人信息保护负责人告知逾期待办
audit-do-rights-exported = 在列表中导出权利请求
