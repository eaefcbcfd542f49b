sealed-title = 尚未开启
sealed-text = 服务器已经启动，但还没有拿到密钥：现在既不读取也不记录任何数据。请过几分钟再试。
sealed-next = 如果您是运维人员：启动它的终端和日志里写着它在等什么；运行“privet unseal”即可开启。
