# 权利请求：统计、提醒、答复模板、重复请求、到期移除。

# 统计
rights-report = 统计
rights-report-lead = 收到多少请求、多快答复、如何办结。全部由请求本身统计得出，不涉及具体个人。
rights-report-period = 期间
rights-report-show = 查看
rights-report-utc = 日、月、年均以 UTC 零时为界。收到的请求计入收到当月，办结的请求计入办结当月。保存期满已移除的请求仍计入统计。
rights-report-received = 收到
rights-report-closed = 办结
rights-report-open = 当前未办结
rights-report-late = 当前逾期
rights-report-share = 按期答复
rights-report-median = 答复天数中位数
rights-report-mean = 答复天数平均数
rights-report-no-value = –
rights-report-over-time = 逐月情况
rights-report-over-time-alt = 按月柱形图：收到、按期答复、逾期答复的请求数。旁边的表格列出相同数字。
rights-report-by-kind = 按请求事项
rights-report-by-law = 按法律
rights-report-by-law-text = 依据两部法律提出的请求，在两部法律下各计一次。
rights-report-month = 月份
rights-report-law = 法律
rights-report-no-law = 无规定期限的法律
rights-report-col-received = 收到
rights-report-col-answered = 已答复
rights-report-col-refused = 已拒绝
rights-report-col-otherwise = 其他方式结束
rights-report-col-in-time = 按期
rights-report-col-late = 逾期
rights-report-col-share = 按期比例
rights-report-col-median = 天数中位数
rights-report-col-mean = 天数平均数
rights-report-otherwise-text = “其他方式结束”指本人撤回、始终未确认，或作为重复请求并入仍在办理的请求。天数自收到之日算至答复或拒绝；是否按期以法定期限为准，含延长与中止。
rights-report-refusals = 拒绝理由
rights-report-refusals-none = 没有拒绝的请求。
rights-report-count = 请求数
rights-report-none = 该期间没有记录
rights-report-none-text = 没有收到或办结的请求，请选择其他期间。
rights-report-csv = CSV
rights-report-json = JSON
rights-error-period = 没有该期间，请从列表中选择。

# 加州年度指标
rights-ccpa = 加州年度指标
rights-ccpa-short = 加州
rights-ccpa-lead = 《加州法规汇编》第 11 编 §7102 要求在隐私政策中公布：收到、全部或部分遵从、拒绝的请求数量，以及答复所需天数。
rights-ccpa-year = 日历年
rights-ccpa-scope = 统计范围
rights-ccpa-scope-california = 仅依加州法提出的请求
rights-ccpa-scope-all = 所有个人的请求
rights-ccpa-what = 请求
rights-ccpa-know = 知情请求
rights-ccpa-delete = 删除请求
rights-ccpa-correct = 更正请求
rights-ccpa-opt-out = 退出出售或共享请求
rights-ccpa-limit = 限制使用敏感信息请求
rights-ccpa-col-complied = 全部或部分遵从
rights-ccpa-col-denied = 拒绝
rights-ccpa-col-open = 尚未办结
rights-ccpa-mapping = 查阅、复制与转移计入知情请求，拒绝处理与撤回全部同意计入退出请求，限制处理计入限制请求。统计当年收到的请求，不论何时答复；重复请求、本人撤回或始终未确认的请求计入其他方式结束。
rights-ccpa-open-warning = 当年请求尚未全部办结
rights-ccpa-open-warning-text = 所有请求均答复后，当年数字才是最终数字。
rights-ccpa-reasons = 拒绝理由
rights-ccpa-reasons-text = 可选公布，法规不强制。
rights-ccpa-reason-unverifiable = 无法核验请求人
rights-ccpa-reason-nobody = 没有该人的信息
rights-ccpa-reason-exempt = 属豁免信息
rights-ccpa-reason-other = 其他理由
rights-ccpa-rules = 规则包中的规定
rights-ccpa-policy = 供隐私政策使用
rights-ccpa-policy-text = 可直接复制本节，或从下方文本框复制 Markdown 文本。
rights-ccpa-markdown = 本节的 Markdown 文本
rights-ccpa-said-california = { $year } 年 1 月 1 日至 12 月 31 日，{ $organisation }收到消费者依《加州消费者隐私法》提出的下列请求：
rights-ccpa-said-all = { $year } 年 1 月 1 日至 12 月 31 日，{ $organisation }收到所有个人（不限于加州消费者）提出的下列请求：
rights-ccpa-said-days = 天数自收到请求之日算至实质答复之日。

# 提醒
rights-watch-letter-name = 权利请求期限
rights-watch-letter-subject = 权利请求：{ $near } 项即将到期，{ $late } 项逾期
rights-watch-letter-text =
    下列权利请求需要您处理。

    { $lines }
rights-watch-letter-action = 打开请求列表
rights-watch-letter-why = 您收到本邮件（每天至多一封），是因为您在 Privet 中办理权利请求、负责请求所涉系统或负责隐私事务。
rights-watch-due = { $name } · { $what } · 答复期限 { $day }
rights-watch-either = { $name } · { $what } · 请于 { $day } 前答复，或在此之前告知请求人需要延长
rights-watch-notice = { $name } · { $what } · 如需延长，请于 { $day } 前告知请求人
rights-watch-confirm = { $name } · { $what } · 请于 { $day } 前确认收到
rights-watch-late = 【逾期】{ $name } · { $what } · 答复期限为 { $day }
rights-watch-more = ……列表中另有 { $count } 项
rights-event-reminded = 已提醒工作人员，答复期限
rights-event-reminded-notice = 已提醒工作人员，告知延长的期限
rights-event-reminded-confirm = 已提醒工作人员，确认收到的期限
rights-event-escalated = 逾期，已告知个人信息保护负责人；期限为

# 同一人的请求
rights-twins = 同一人提出相同请求
rights-twins-text = 该请求人另有一项未办结的相同请求。较早的一项期限不变；较晚的一项可以并入其中办结。
rights-twin = { $name }，{ $day } 收到，答复期限 { $until }
rights-twin-close = 将本项作为 { $name } 的重复请求办结
rights-twin-why = 告知请求人的话
rights-twin-hint = 请求人将收到邮件，告知 { $name } 继续办理及答复期限。本项中超出较早请求的内容，请先记录在较早请求中。
rights-twin-button = 作为重复请求办结
rights-toast-duplicate = 已办结，较早的请求继续办理。
rights-year = 近 12 个月
rights-year-n = 该请求人共提出 { $n } 项请求
rights-year-text = 请求是否过度须由我们举证（GDPR 第 12 条第 5 款；《加州民法典》§1798.145(h)(3)），不能仅凭次数认定。
rights-refusal-duplicate = 与您较早提出的请求相同，该请求继续办理。
rights-event-duplicate = 作为重复请求办结，并入
rights-event-doubled = 同一人较晚的请求已并入本项
rights-duplicate-letter-name = 权利请求作为重复请求办结
rights-duplicate-letter-subject = 您的请求 { $name } 并入 { $other } 办理
rights-duplicate-letter-text =
    您的请求“{ $what }”（{ $name }）与您较早提出的 { $other } 相同。{ $organisation }继续办理 { $other }，最迟于 { $day } 答复您；{ $name } 就此办结。您的权利不受影响。
rights-duplicate-letter-action = 查看原因
rights-duplicate-letter-why = 您收到本邮件，是因为您就个人信息提出了请求。
rights-error-duplicate = 请选择同一人提出的、事项相同且未办结的请求。
rights-error-duplicate-later = 另一项请求收到较晚。请将那一项并入本项：以较早的期限为准。
rights-error-duplicate-clock = 另一项请求的答复期限晚于本项，或其请求人尚未核验。请办理本项。
rights-error-ground-short = 请用至少一句完整的话说明请求为何没有依据或过度。举证责任在我们（GDPR 第 12 条第 5 款）。

# 答复模板
rights-templates = 答复模板
rights-templates-lead = 常用的答复文字，按请求事项和语言分类。在请求页面选用，发送前可修改。
rights-templates-none = 没有模板
rights-templates-none-text = 请添加第一个模板。
rights-template-new = 新建模板
rights-template-edit = 修改模板
rights-template-name = 名称
rights-template-kind = 适用事项
rights-template-any = 任何事项
rights-template-lang = 语言
rights-template-body = 文字
rights-template-body-hint = 可使用 {"{"}number{"}"}、{"{"}what{"}"}、{"{"}day{"}"} 和 {"{"}organisation{"}"}，在请求页面自动填入。
rights-template-version = 版本
rights-template-shipped = Privet 自带
rights-template-save = 保存
rights-template-delete = 删除
rights-template-delete-title = 确定删除此模板？
rights-template-delete-text = 已用它发出的答复不受影响。
rights-template-use = 使用模板
rights-template-choose = 模板
rights-template-fill = 填入
rights-template-filled = 告知请求人的话
rights-template-filled-hint = 请通读并修改不适用之处。请求人会收到邮件，并在其页面阅读。
rights-template-none-fits = 没有适用于该事项和请求人语言的模板。
rights-template-manage = 管理模板
rights-toast-template-saved = 模板已保存。
rights-toast-template-deleted = 模板已删除。
rights-error-template-name = 请填写名称，不超过 100 个字符。
rights-error-template-body = 请填写文字，不超过 4000 个字符。
rights-error-template-placeholder = 没有该占位符。只能使用 {"{"}number{"}"}、{"{"}what{"}"}、{"{"}day{"}"} 和 {"{"}organisation{"}"}，不得有其他花括号。
rights-template-received-name = 正在办理
rights-template-received-body =
    我们已收到您的请求 {"{"}number{"}"}（“{"{"}what{"}"}”），正在办理，最迟于 {"{"}day{"}"} 答复您。

    {"{"}organisation{"}"}
rights-template-access-name = 副本已备好
rights-template-access-body =
    您的请求 {"{"}number{"}"} 的信息副本已备好，请在本页查看：包括便于阅读的概览和其他程序可读取的文件，并说明信息用于什么、提供给谁、保存多久。

    如有缺漏或疑问，请在此留言。您也可以向履行个人信息保护职责的部门投诉。

    {"{"}organisation{"}"}
rights-template-portability-name = 文件已备好
rights-template-portability-body =
    您的请求 {"{"}number{"}"} 的文件已在本页备好，格式可供其他程序读取。您也可以请我们直接转移到其他企业：请在对方处取得凭证并在此填写。

    {"{"}organisation{"}"}
rights-template-correction-name = 已更正
rights-template-correction-body =
    我们已按请求 {"{"}number{"}"} 更正、补充您的信息，更改内容见本页。可行时，我们已告知曾接收旧信息的各方。

    {"{"}organisation{"}"}
rights-template-erasure-name = 已删除
rights-template-erasure-body =
    我们已按请求 {"{"}number{"}"} 删除您的信息。法律要求暂时保留的信息及理由见本页；除存储和采取必要的安全保护措施外不作其他处理，期满即删除。

    {"{"}organisation{"}"}
rights-template-objection-name = 已停止处理
rights-template-objection-body =
    对您拒绝的处理（{"{"}number{"}"}），我们已停止使用您的信息，自收到请求时起生效。

    {"{"}organisation{"}"}
rights-template-identity-name = 无法核验身份
rights-template-identity-body =
    我们无法确认请求 {"{"}number{"}"} 所涉信息属于您，不能将其提供给他人。如您登录账号，或用我们留存的地址来信，我们愿意重新办理。

    您也可以向履行个人信息保护职责的部门投诉。

    {"{"}organisation{"}"}
rights-template-nobody-name = 未找到信息
rights-template-nobody-body =
    我们查找了全部系统，未发现与您所提供资料相关的信息（{"{"}number{"}"}）。如您曾使用其他地址或号码，请告诉我们，我们会重新查找。

    {"{"}organisation{"}"}
