# 可单独加密的个人信息副本。

rights-lock = 加密下载
rights-lock-text = 这台电脑还有别人使用，或者您要转交文件？可将 ZIP 加密（AES-256）。口令由我们生成，只在本页向您显示，直至副本过期。请用 7-Zip、WinZip、Keka 等支持 AES 的软件打开；Windows 和 macOS 自带的程序打不开。
rights-lock-make = 生成口令
rights-lock-passphrase = 口令
rights-lock-hint = 连字符也是口令的一部分。请抄下来或存入密码管理器：我们不会把它发给任何人；没有口令，谁也打不开文件，我们也不例外。
rights-lock-get = 下载我的信息（加密 ZIP）
rights-lock-again = 换一个口令
rights-toast-locked = 口令已生成，就在您的信息副本旁边。
