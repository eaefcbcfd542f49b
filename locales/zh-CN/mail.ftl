# 邮件：设置页、发送结果和测试邮件。

web-nav-mail = 邮件
web-mail-intro = Privet 的邮件如何发出，以及每封邮件的结果。
web-mail-how = 邮件服务器
web-mail-server = 服务器
web-mail-port = 端口
web-mail-security = 连接保护
web-mail-security-tls = 全程 TLS
web-mail-security-starttls = 问候后转为 TLS（STARTTLS），必须成功
web-mail-security-none = 无；服务器就在本机
web-mail-from = 发件人
web-mail-reply-to = 回复地址
web-mail-user = 账号
web-mail-password = 密码
web-mail-password-not-needed = 不需要
web-mail-password-configuration = 来自环境变量或文件
web-mail-password-kept = 已加密保存在这里
web-mail-password-missing = 缺少
web-mail-change = 要更换服务器或发件人，请修改配置文件的 [mail] 部分并重新启动。
web-mail-off = 没有邮件服务器
web-mail-off-text = 配置文件写明邮件服务器之前，邮件无法发出。请加入下面几行，重新启动，再从本页发送测试。
web-mail-test = 发送测试邮件
web-mail-test-text = 邮件会立即发送，邮件服务器的答复显示在这里。
web-mail-test-to = 收件人
web-mail-test-to-wrong = 请填写一个邮箱地址，例如 you@example.com。
web-mail-test-send = 发送测试
web-mail-test-sent = 邮件服务器已接收测试邮件
web-mail-test-sent-text = 如果几分钟内没有收到，请先查看垃圾邮件，再检查发件域名的 SPF、DKIM 和 DMARC 记录。
web-mail-test-failed = 测试邮件没有发出
web-mail-password-text = 用于登录邮件服务器。密码用密钥文件加密保存，永不显示。
web-mail-password-new = 新密码
web-mail-password-hint = 留空则删除已保存的密码。
web-mail-password-saved = 密码已保存
web-mail-code = 服务器返回代码：{ $code }
web-mail-fault-recipient = 对方服务器表示该地址不存在或不收邮件，重试没有意义。
web-mail-fault-full = 对方邮箱已满。
web-mail-fault-policy = 被对方服务器的规则拒收。请检查发件域名的 SPF、DKIM 和 DMARC 记录，以及我方服务器是否在黑名单中。
web-mail-fault-sign-in = 邮件服务器不接受该账号。请检查用户名和密码。
web-mail-fault-tls = 无法建立受保护的连接：证书不受信任，或服务器不提供 TLS。请检查服务器名称、端口和 ca_file。
web-mail-fault-unreachable = 邮件服务器没有应答。请检查名称、端口和防火墙。
web-mail-fault-later = 邮件服务器要求稍后再试，我们会再试。
web-mail-fault-settings = 邮件设置缺失或不完整。
web-mail-fault-other = 邮件服务器因其他原因拒绝。
web-mail-failed-count = 有 { $n } 封邮件被彻底拒收
web-mail-failed-text = 下面的列表说明原因。收件人不作保留。
web-mail-letters = 邮件记录
web-mail-letters-intro = 邮件在发出之前加密保存；之后只留下这一行，不留正文，也不留地址。
web-mail-state = 状态
web-mail-queued = 等待中
web-mail-sent = 已发送
web-mail-failed = 被拒收
web-mail-what = 邮件
web-mail-why = 原因
web-mail-when = 时间
web-mail-none = 还没有邮件
web-mail-none-text = 给客户的登录链接、确认邮件和测试邮件会显示在这里。
web-job-kind-mail = 邮件

web-mail-hello-name = 测试
web-mail-hello-subject = 来自{ $organisation }的测试邮件
web-mail-hello-text =
    这是 Privet 发出的测试邮件，因为有人在邮件页面按下了按钮。

    如果您能读到它，说明邮件可以正常发出。
web-mail-hello-action = 打开 Privet
web-mail-hello-why = 您收到本邮件，是因为同事填写了您的地址来测试邮件设置。不会再有后续邮件。
