# 适用的法律、义务、规则包。
regime-nav = 合规
laws-title = 法律
laws-lead = 根据贵组织的概况和 Privet 的统计，得出适用的隐私法律。
laws-law = 法律
laws-applies = 是否适用
laws-yes = 适用
laws-no = 不适用
laws-unknown = 尚不确定
